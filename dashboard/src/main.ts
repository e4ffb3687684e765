import ui from '@nuxt/ui/vue-plugin';
import urql from '@urql/vue';
import { createApp } from 'vue';
import App from './App.vue';
import { faultOf } from './platform/faults.ts';
import { createGraphqlClient } from './platform/graphql.ts';
import { i18n, startSpeaking } from './platform/i18n.ts';
import { applyPreferences } from './platform/preferences.ts';
import { createAppRouter } from './platform/router.ts';
import { forgetViewer, isSignedIn } from './platform/session.ts';
import { routes } from './routes.ts';
import './styles/tokens.css';
import './styles/base.css';

applyPreferences();
const client = createGraphqlClient({
  error: (error) => {
    // The session ended while somebody was at work: sign in, and come back to where they were.
    if (faultOf(error).kind !== 'unauthenticated' || !isSignedIn.value) return;
    forgetViewer();
    // oxlint-disable-next-line unicorn/no-thenable -- a word in the address, which nobody awaits
    void router.push({ path: '/sign-in', query: { then: router.currentRoute.value.fullPath, ended: '' } });
  },
});
const router = createAppRouter(client, routes);
await startSpeaking();
createApp(App).use(urql, client).use(i18n).use(router).use(ui).mount('#app');

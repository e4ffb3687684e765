import type { RouteRecordRaw } from 'vue-router';
import type { Place } from '../platform/router.ts';

export const places: readonly Place[] = [
  { to: '/mails', label: 'notifications.mails.title', icon: 'i-lucide-mail', group: 'system', needs: 'MAILS_READ', key: 'm' },
  { to: '/mail-templates', label: 'notifications.templates.title', icon: 'i-lucide-mail-plus', group: 'system', needs: 'TEMPLATES_WRITE', key: 'e' },
];

export const routes: RouteRecordRaw[] = [
  { path: '/mails', component: () => import('./MailsPage.vue'), meta: { needs: 'MAILS_READ' } },
  { path: '/mail-templates', component: () => import('./TemplatesPage.vue'), meta: { needs: 'TEMPLATES_WRITE' } },
  { path: '/mail-templates/:code/:locale', component: () => import('./TemplatePage.vue'), props: true, meta: { needs: 'TEMPLATES_WRITE' } },
];

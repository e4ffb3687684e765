import ui from '@nuxt/ui/vite';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

/** Where `npm run dev` finds the server. */
const server = process.env.CLOUDTILL_URL ?? 'http://127.0.0.1:4000';
const forwarded = Object.fromEntries(['/graphql', '/graphiql', '/uploads', '/exports', '/health'].map((path) => [path, { target: server }]));

export default defineConfig({
  plugins: [
    vue(),
    ui({
      // Preferences decide about light and dark; see platform/preferences.ts.
      colorMode: false,
      autoImport: false,
      dts: false,
      // Every icon is in the bundle: the browser asks nobody but our own server.
      icon: { clientBundle: { scan: { globInclude: ['src/**/*.{vue,ts}'] }, sizeLimitKb: 0 } },
      experimental: { componentDetection: true },
      ui: {
        colors: { primary: 'petrol', neutral: 'slate', success: 'emerald', warning: 'amber', error: 'rose', info: 'sky' },
        button: { slots: { base: 'cursor-pointer' } },
        card: { slots: { root: 'shadow-none' } },
      },
    }),
  ],
  resolve: { alias: { 'vue-i18n': 'vue-i18n/dist/vue-i18n.runtime.esm-bundler.js' } },
  define: { __VUE_OPTIONS_API__: 'true', __VUE_I18N_LEGACY_API__: 'false', __VUE_I18N_FULL_INSTALL__: 'false', __INTLIFY_PROD_DEVTOOLS__: 'false' },
  server: { proxy: forwarded, port: 4280 },
  preview: { proxy: forwarded, port: 4281 },
  build: { target: 'es2023', chunkSizeWarningLimit: 700 },
});

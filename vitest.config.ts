import { defineConfig } from 'vitest/config';

export default defineConfig({
  // One graphql: without the alias our import and the libraries' load two copies ("another module or realm").
  resolve: { conditions: ['source'], alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  ssr: { resolve: { conditions: ['source', 'node', 'import', 'module', 'default'], externalConditions: ['node', 'import', 'default'] } },
  test: {
    projects: [
      { extends: true, test: { name: 'domain', include: ['packages/*/src/**/*.test.ts'] } },
    ],
    testTimeout: 30_000,
  },
});

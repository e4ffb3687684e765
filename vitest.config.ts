import { defineConfig } from 'vitest/config';

export default defineConfig({
  // One graphql: without the alias our import and the libraries' load two copies ("another module or realm").
  resolve: { conditions: ['source'], alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  ssr: { resolve: { conditions: ['source'], externalConditions: ['source', 'node'] } },
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'domain', include: ['packages/domain/src/**/*.test.ts'] } },
      { extends: true, test: { name: 'vendors', include: ['packages/{vendors,vendor-simulators}/src/**/*.test.ts'] } },
      { extends: true, test: { name: 'dashboard', include: ['dashboard/src/**/*.test.ts'] } },
      { extends: true, test: { name: 'server', include: ['server/test/**/*.test.ts'], globalSetup: ['server/test/cluster.ts'], maxWorkers: 3 } },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['e2e/*.test.ts'],
          globalSetup: ['e2e/sandbox.ts'],
          fileParallelism: false, // one sandbox for all, and what they do to its months must not meet
          testTimeout: 60_000,
        },
      },
    ],
  },
});

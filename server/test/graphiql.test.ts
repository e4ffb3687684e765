import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer, type TestServer } from './server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server?.stop());

describe('GraphiQL', () => {
  it('comes from this server alone, with everything that it names', async () => {
    const page = await fetch(`${server.url}/graphiql`);
    expect(page.headers.get('content-type')).toContain('text/html');
    const named = [...(await page.text()).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url!);
    expect(named).toHaveLength(5);
    for (const url of named) {
      expect(url).toMatch(/^\/graphiql\//);
      const { status, headers } = await fetch(server.url + url);
      expect([url, status, headers.get('content-security-policy')?.includes("script-src 'self'")]).toEqual([url, 200, true]);
    }
  });

  it('can read the whole schema within the limits', async () => {
    const { getIntrospectionQuery } = await import('graphql');
    const { data, errors } = await server.raw(getIntrospectionQuery({ inputValueDeprecation: true, schemaDescription: true }));
    expect(errors).toBeUndefined();
    expect(data.__schema.types.length).toBeGreaterThan(100);
  });
});

/** GraphiQL at `/graphiql`, all of it from this server: nothing is loaded from elsewhere, and nothing is built. */
import { createReadStream } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, extname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

/** A file of a package, found beside its package.json: prebuilt browser files are not among the exports. */
function fileOf(library: string, file: string): string {
  return join(dirname(findPackageJSON(library, import.meta.url)!), file);
}

export function addGraphiql(server: FastifyInstance): void {
  const files: Readonly<Record<string, string>> = {
    '/graphiql': fileOf('.', 'graphiql/index.html'),
    '/graphiql/page.js': fileOf('.', 'graphiql/page.js'),
    '/graphiql/react.js': fileOf('react', 'umd/react.production.min.js'),
    '/graphiql/react-dom.js': fileOf('react-dom', 'umd/react-dom.production.min.js'),
    '/graphiql/graphiql.js': fileOf('graphiql', 'graphiql.min.js'),
    '/graphiql/graphiql.css': fileOf('graphiql', 'graphiql.min.css'),
  };
  for (const [url, file] of Object.entries(files)) {
    server.get(url, (_, reply) => reply.type(TYPES[extname(file)]!).header('cache-control', 'no-cache').send(createReadStream(file)));
  }
}

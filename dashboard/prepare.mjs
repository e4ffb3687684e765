// Writes what the type check reads before anything was built: the GraphQL schema's types come from gql.tada, the types of
// Nuxt UI's themes from its Vite plugin, which writes them as soon as the configuration is read.
import { resolveConfig } from 'vite';

await resolveConfig({ root: import.meta.dirname, logLevel: 'silent' }, 'build');

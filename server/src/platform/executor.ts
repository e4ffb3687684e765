/**
 * Runs operations through graphql-jit, which turns a document into code. Compiling pays from the second time on, so a
 * document seen once is interpreted.
 */
import { execute, getOperationAST, GraphQLError, Kind, valueFromASTUntyped, type DocumentNode, type ExecutionResult, type GraphQLSchema } from 'graphql';
import { compileQuery, isCompiledQuery, type CompiledQuery } from 'graphql-jit';

const MAX_COMPILED = 500;

type Compiled = CompiledQuery;

interface Request {
  readonly document: DocumentNode;
  readonly operationName?: string | null;
  readonly context: unknown;
  readonly variables: Record<string, unknown>;
}

export type Executor = (request: Request) => Promise<ExecutionResult>;

export function createExecutor(schema: GraphQLSchema): Executor {
  const seen = new WeakSet<DocumentNode>();
  // Oldest first; a document has one compiled query for each of its operations.
  const compiled = new Map<DocumentNode, Map<string, Compiled>>();

  const compile = (document: DocumentNode, operationName: string | undefined): Compiled | undefined => {
    const known = compiled.get(document)?.get(operationName ?? '');
    if (known) return known;
    const query = compileQuery(schema, document, operationName);
    if (!isCompiledQuery(query)) return undefined;
    if (compiled.size >= MAX_COMPILED) compiled.delete(compiled.keys().next().value!);
    const operations = compiled.get(document) ?? new Map<string, Compiled>();
    compiled.set(document, operations.set(operationName ?? '', query));
    return query;
  };

  return async ({ document, operationName, context, variables }) => {
    const query = seen.has(document) ? compile(document, operationName ?? undefined) : undefined;
    seen.add(document);
    if (query) return completed(await query.query({}, context, { ...defaultsOf(document, operationName), ...variables }));
    return execute({ schema, document, operationName, contextValue: context, variableValues: variables, rootValue: {} });
  };
}

/** graphql-jit demands a variable of a type such as `Boolean!` even where the document gives it a default. */
function defaultsOf(document: DocumentNode, operationName: string | null | undefined): Record<string, unknown> {
  const { variableDefinitions = [] } = getOperationAST(document, operationName) ?? {};
  const defaults: Record<string, unknown> = {};
  for (const { variable, type, defaultValue } of variableDefinitions)
    if (defaultValue && type.kind === Kind.NON_NULL_TYPE) defaults[variable.name.value] = valueFromASTUntyped(defaultValue);
  return defaults;
}

/** graphql-jit's own errors lack the extensions that graphql-js gives every error and others read. */
function completed(result: ExecutionResult): ExecutionResult {
  if (!result.errors) return result;
  const errors = result.errors.map((error) => {
    if (error.extensions as unknown) return error;
    const { message, path, locations, originalError } = error;
    // Without a place in the answer it is about the request: a variable that does not have its type.
    const extensions = path ? {} : { extensions: { code: 'BAD_USER_INPUT' } };
    return Object.assign(new GraphQLError(message, { path, originalError, ...extensions }), { locations });
  });
  return { ...result, errors };
}

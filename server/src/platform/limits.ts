/**
 * What a request may cost: each field one, a list its page size times what one row costs. Counted before anything is
 * read; refused above the limit. A document is walked once and remembered as a function of its variables.
 */
import type { ApolloServerPlugin } from '@apollo/server';
import {
  getNamedType,
  isCompositeType,
  Kind,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { requestError } from './errors.ts';
import { DEFAULT_PAGE, MAX_PAGE } from './look-ahead.ts';
import type { RequestContext } from './context.ts';

export const MAX_COST = 5_000;
export const MAX_DEPTH = 12;
export const MAX_TOKENS = 1_000;
export const MAX_ALIASES = 30;
export const MAX_DIRECTIVES = 50;
export const MAX_BODY_BYTES = 256 * 1024;
/** At most this many errors leave in one answer. */
export const MAX_ERRORS = 5;

type Cost = (variables: Readonly<Record<string, unknown>>) => number;

/** The cost of an operation as a function of its variables. Introspection is free. */
export function costOf(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Cost {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  const known = new Map<string, Cost>();

  const ofSet = (set: SelectionSetNode, parent: GraphQLNamedType | undefined): Cost => {
    const parts: Cost[] = [];
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        if (selection.name.value.startsWith('__')) continue;
        const field = parent && 'getFields' in parent ? parent.getFields()[selection.name.value] : undefined;
        const type = field && getNamedType(field.type);
        const children = selection.selectionSet && isCompositeType(type) ? ofSet(selection.selectionSet, type) : undefined;
        const pages = field && 'args' in field && field.args.some(({ name }) => name === 'first');
        const first = selection.arguments?.find(({ name }) => name.value === 'first')?.value;
        if (!children) parts.push(() => 1);
        else if (pages) parts.push((variables) => 1 + rowsOf(first, variables) * children(variables));
        else parts.push((variables) => 1 + children(variables));
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition?.name.value;
        parts.push(ofSet(selection.selectionSet, condition ? schema.getType(condition) : parent));
      } else {
        const name = selection.name.value;
        const fragment = fragments.get(name);
        if (!fragment) continue;
        // Walked once however often it is spread; validation has refused cycles by now.
        let cost = known.get(name);
        if (!cost) known.set(name, (cost = ofSet(fragment.selectionSet, schema.getType(fragment.typeCondition.name.value))));
        parts.push(cost);
      }
    }
    return (variables) => parts.reduce((sum, part) => sum + part(variables), 0);
  };
  return ofSet(operation.selectionSet, schema.getRootType(operation.operation) ?? undefined);
}

/** How many rows a list may give. A size out of range is refused later, by its own name; here it counts as the largest. */
function rowsOf(first: ValueNode | undefined, variables: Readonly<Record<string, unknown>>): number {
  const size =
    first === undefined
      ? DEFAULT_PAGE
      : first.kind === Kind.INT
        ? Number(first.value)
        : first.kind === Kind.VARIABLE
          ? Number(variables[first.name.value] ?? DEFAULT_PAGE)
          : DEFAULT_PAGE;
  return Math.min(Math.max(Number.isNaN(size) ? MAX_PAGE : size, 1), MAX_PAGE);
}

/** Refuses what costs too much, and says what it cost in `extensions.cost`. */
export function costLimit(schema: GraphQLSchema): ApolloServerPlugin<RequestContext> {
  const costs = new WeakMap<OperationDefinitionNode, Cost>();
  return {
    async requestDidStart() {
      let requested = 0;
      return {
        async didResolveOperation({ document, operation, request }) {
          if (!operation) return;
          let cost = costs.get(operation);
          if (!cost) costs.set(operation, (cost = costOf(schema, document, operation)));
          requested = cost(request.variables ?? {});
          if (requested > MAX_COST) {
            throw requestError('COST_LIMIT_EXCEEDED', `this asks for ${requested}, the limit is ${MAX_COST}: ask for fewer rows or fewer nested lists`, {
              requested,
              max: MAX_COST,
              http: { status: 400 },
            });
          }
        },
        async willSendResponse({ response }) {
          if (response.body.kind !== 'single' || requested === 0) return;
          response.body.singleResult.extensions = { ...response.body.singleResult.extensions, cost: { requested, max: MAX_COST } };
        },
      };
    },
  };
}

import { computed, ref, type ComputedRef } from 'vue';
import { useRoute, useRouter, type LocationQuery } from 'vue-router';

/** What a filter takes: any text, one of some words, or several of them. */
export type FilterKind = 'text' | { readonly one: readonly string[] } | { readonly many: readonly string[] };

type ValueOf<Kind> = Kind extends 'text'
  ? string | undefined
  : Kind extends { one: readonly (infer Word)[] }
    ? Word | undefined
    : Kind extends { many: readonly (infer Word)[] }
      ? Word[]
      : never;

export type Direction = 'ASC' | 'DESC';

export interface ListState<Filters, Field extends string> {
  readonly filters: ComputedRef<Filters>;
  readonly isFiltered: ComputedRef<boolean>;
  readonly orderBy: ComputedRef<{ field: Field; direction: Direction }>;
  readonly after: ComputedRef<string | null>;
  /** Pages that lie before this one, as far as this visit knows; the first page is always known. */
  readonly hasPrevious: ComputedRef<boolean>;
  set<Name extends keyof Filters>(name: Name, value: Filters[Name]): void;
  clear(): void;
  /** Orders by a field; by the same again turns the direction. */
  sortBy(field: Field): void;
  /** Orders as the address says it: a field, with `-` before it from the far end. */
  orderAs(sort: string): void;
  next(endCursor: string): void;
  previous(): void;
  first(): void;
}

/**
 * Filters, order and page of a list, kept in the address: a link shows a colleague the same rows, and Back goes back. What
 * the address says and no filter knows is passed over.
 */
export function useListState<const Kinds extends Readonly<Record<string, FilterKind>>, Field extends string>(
  kinds: Kinds,
  order: { readonly fields: readonly Field[]; readonly standard: { field: Field; direction: Direction } },
): ListState<{ [Name in keyof Kinds]: ValueOf<Kinds[Name]> }, Field> {
  type Filters = { [Name in keyof Kinds]: ValueOf<Kinds[Name]> };
  const route = useRoute();
  const router = useRouter();
  const names = Object.keys(kinds);
  const trail = ref<(string | null)[]>([]);

  const filters = computed(() => Object.fromEntries(names.map((name) => [name, readFilter(kinds[name]!, route.query[name])])) as Filters);
  const orderBy = computed(() => readOrder(route.query['sort'], order));
  const after = computed(() => textOf(route.query['after']) ?? null);

  function go(changes: Record<string, string | undefined>): void {
    const query = { ...route.query, ...changes };
    for (const [name, value] of Object.entries(query)) if (value === undefined || value === '') delete query[name];
    void router.push({ query });
  }

  return {
    filters,
    orderBy,
    after,
    isFiltered: computed(() => Object.values(filters.value).some((value) => (Array.isArray(value) ? value.length > 0 : value !== undefined))),
    hasPrevious: computed(() => after.value !== null),
    set(name, value) {
      trail.value = [];
      go({ [name as string]: Array.isArray(value) ? value.join(',') : value, after: undefined });
    },
    clear() {
      trail.value = [];
      go(Object.fromEntries([...names, 'after'].map((name) => [name, undefined])));
    },
    sortBy(field) {
      trail.value = [];
      const turned = orderBy.value.field === field && orderBy.value.direction === 'ASC';
      go({ sort: `${turned ? '-' : ''}${field}`, after: undefined });
    },
    orderAs(sort) {
      trail.value = [];
      go({ sort, after: undefined });
    },
    next(endCursor) {
      trail.value.push(after.value);
      go({ after: endCursor });
    },
    previous() {
      go({ after: trail.value.pop() ?? undefined });
    },
    first() {
      trail.value = [];
      go({ after: undefined });
    },
  };
}

function textOf(given: LocationQuery[string] | undefined): string | undefined {
  const text = Array.isArray(given) ? given[0] : given;
  return text ? text : undefined;
}

function readFilter(kind: FilterKind, given: LocationQuery[string] | undefined): string | string[] | undefined {
  const text = textOf(given);
  if (kind === 'text') return text;
  if ('one' in kind) return kind.one.find((word) => word === text);
  const words = text?.split(',') ?? [];
  return kind.many.filter((word) => words.includes(word));
}

function readOrder<Field extends string>(
  given: LocationQuery[string] | undefined,
  { fields, standard }: { readonly fields: readonly Field[]; readonly standard: { field: Field; direction: Direction } },
): { field: Field; direction: Direction } {
  const text = textOf(given) ?? '';
  const field = fields.find((each) => each === text.replace(/^-/, ''));
  return field ? { field, direction: text.startsWith('-') ? 'DESC' : 'ASC' } : standard;
}

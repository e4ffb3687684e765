import type { AnyVariables, TypedDocumentNode } from '@urql/vue';
import { computed, reactive, ref } from 'vue';
import { useRoute, useRouter, type LocationQuery } from 'vue-router';
import { useAnswer, type Answer } from './useAnswer.ts';

/** What a filter takes: any text, text of some form, one of some words, or several of them. */
export type FilterKind = 'text' | { readonly like: RegExp } | { readonly one: readonly string[] } | { readonly many: readonly string[] };
/** What a filter is set to; undefined where it is not. */
export type FilterValue = string | readonly string[] | undefined;

type ValueOf<Kind> = Kind extends { one: readonly (infer Word)[] }
  ? Word | undefined
  : Kind extends { many: readonly (infer Word)[] }
    ? Word[] | undefined
    : string | undefined;
type Kinds = Readonly<Record<string, FilterKind>>;
type ValuesOf<Of extends Kinds> = { readonly [Name in keyof Of]: ValueOf<Of[Name]> };

export type Direction = 'ASC' | 'DESC';
export interface OrderBy<Field extends string> {
  readonly field: Field;
  readonly direction: Direction;
}

interface Connection<Row> {
  readonly nodes: readonly Row[];
  readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean };
}

export interface List<Row, Filters = Readonly<Record<string, FilterValue>>, Field extends string = string, Asked = unknown> {
  readonly filters: Filters;
  readonly orderBy: OrderBy<Field> | undefined;
  /** What the server is asked, but for the page. */
  readonly asked: Asked;
  readonly answer: Answer<unknown>;
  readonly rows: readonly Row[];
  /** Pages that lie before this one, as far as this visit knows; the first page is always known. */
  readonly hasPrevious: boolean;
  readonly hasNext: boolean;
  set<Name extends keyof Filters>(name: Name, value: Filters[Name]): void;
  clear(names: readonly (keyof Filters)[]): void;
  /** Orders by a field; by the same again turns the direction. */
  sortBy(field: Field): void;
  /** Orders as the address says it: a field, with `-` before it from the far end. */
  orderAs(sort: string): void;
  next(): void;
  previous(): void;
  first(): void;
}

/**
 * A list whose filters, order and page are kept in the address: a link shows a colleague the same rows, and Back goes back.
 * What the address says and no filter knows is passed over.
 */
export function useList<Data, Variables extends AnyVariables, const Filters extends Kinds, Row, Field extends string = never>(
  query: TypedDocumentNode<Data, Variables>,
  of: {
    readonly filters: Filters;
    /** Left out where the server's own order is the only one. */
    readonly order?: { readonly fields: readonly Field[]; readonly standard: OrderBy<Field> };
    readonly pageSize: number;
    readonly ask: (filters: ValuesOf<Filters>, orderBy: OrderBy<Field>) => Omit<Variables, 'first' | 'after'>;
    readonly page: (data: Data) => Connection<Row>;
    readonly pause?: (filters: ValuesOf<Filters>) => boolean;
  },
): List<Row, ValuesOf<Filters>, Field, Omit<Variables, 'first' | 'after'>> {
  const route = useRoute();
  const router = useRouter();
  const names = Object.keys(of.filters);
  const trail = ref<(string | null)[]>([]);

  const filters = computed(
    () => Object.fromEntries(names.map((name) => [name, readFilter(of.filters[name]!, textOf(route.query[name]))])) as ValuesOf<Filters>,
  );
  const orderBy = computed(() => of.order && readOrder(textOf(route.query['sort']), of.order));
  const after = computed(() => textOf(route.query['after']) ?? null);
  const asked = computed(() => of.ask(filters.value, orderBy.value!));
  const answer = useAnswer(query, () => ({ ...asked.value, first: of.pageSize, after: after.value }) as unknown as Variables, {
    pause: () => of.pause?.(filters.value) ?? false,
    keepWhileChanging: true,
  });
  const page = computed(() => answer.data && of.page(answer.data));

  function go(changes: Record<string, string | undefined>): void {
    const asIs = { ...route.query, ...changes };
    void router.push({ query: Object.fromEntries(Object.entries(asIs).filter(([, value]) => value !== undefined && value !== '')) });
  }
  function fromTheFirst(changes: Record<string, string | undefined>): void {
    trail.value = [];
    go({ ...changes, after: undefined });
  }

  return reactive({
    filters,
    orderBy,
    asked,
    answer,
    rows: computed(() => page.value?.nodes ?? []),
    hasPrevious: computed(() => after.value !== null),
    hasNext: computed(() => page.value?.pageInfo.hasNextPage ?? false),
    set: (name: string, value: FilterValue) => fromTheFirst({ [name]: typeof value === 'object' ? value.join(',') : value }),
    clear: (given: readonly string[]) => fromTheFirst(Object.fromEntries(given.map((name) => [name, undefined]))),
    sortBy(field: Field) {
      const turned = orderBy.value?.field === field && orderBy.value.direction === 'ASC';
      fromTheFirst({ sort: `${turned ? '-' : ''}${field}` });
    },
    orderAs: (sort: string) => fromTheFirst({ sort }),
    next() {
      trail.value.push(after.value);
      go({ after: page.value?.pageInfo.endCursor ?? undefined });
    },
    previous: () => go({ after: trail.value.pop() ?? undefined }),
    first: () => fromTheFirst({}),
  }) as unknown as List<Row, ValuesOf<Filters>, Field, Omit<Variables, 'first' | 'after'>>;
}

function textOf(given: LocationQuery[string] | undefined): string | undefined {
  return (Array.isArray(given) ? given[0] : given) || undefined;
}

function readFilter(kind: FilterKind, text: string | undefined): FilterValue {
  if (text === undefined || kind === 'text') return text;
  if ('like' in kind) return kind.like.test(text) ? text : undefined;
  if ('one' in kind) return kind.one.find((word) => word === text);
  const given = text.split(',');
  const known = kind.many.filter((word) => given.includes(word));
  return known.length > 0 ? known : undefined;
}

function readOrder<Field extends string>(
  text: string | undefined,
  { fields, standard }: { readonly fields: readonly Field[]; readonly standard: OrderBy<Field> },
): OrderBy<Field> {
  const field = fields.find((each) => each === text?.replace(/^-/, ''));
  return field ? { field, direction: text!.startsWith('-') ? 'DESC' : 'ASC' } : standard;
}

/**
 * Reading for the API: the fields that were asked for become one SQL statement, and its rows become plain objects in
 * the shape of the GraphQL type. Entities are for writing; making them costs more than everything else in a read.
 *
 * A {@link Shape} says once, for a type, which field comes from which columns. It is also the list of what leaves the
 * building: a column without a line there is private.
 */
import { isoDate } from '@cloudtill/domain/calendar/local-date';
import { getNamedType, Kind, type FieldNode, type FragmentDefinitionNode, type GraphQLResolveInfo, type SelectionSetNode } from 'graphql';
import type { RequestContext } from './context.ts';
import type { RawRow, Statement } from './database.ts';
import { requestError } from './errors.ts';
import { scopeOf, type Viewer } from './viewer.ts';

export type Row = Record<string, unknown>;
/** A cell as PostgreSQL prints it, or a JSON value where it came out of a nested list. */
export type Cell = string | number | boolean | null;

/** Everything that a piece of SQL may depend on beside its place. */
export class Sql {
  readonly values: unknown[] = [];
  #aliases = 0;
  #viewerId: string | undefined;
  #today: string | undefined;

  constructor(
    readonly viewer: Viewer,
    private readonly day: string,
    readonly variables: Readonly<Record<string, unknown>>,
    readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>,
    /** What the question asked to include beyond its fields. */
    readonly include: ReadonlySet<string> = new Set(),
  ) {}

  get seesAll(): boolean {
    return scopeOf(this.viewer) === 'all';
  }

  param(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  alias(): string {
    return `t${this.#aliases++}`;
  }

  /** The viewer's account, as a parameter that is sent once. */
  viewerAccount(): string {
    return (this.#viewerId ??= `${this.param(this.viewer.account.id)}::uuid`);
  }

  /** The billing day that it is, as a parameter that is sent once. */
  today(): string {
    return (this.#today ??= `${this.param(this.day)}::date`);
  }
}

/** A field made of columns of its own table. */
export interface ValueField {
  readonly kind: 'value';
  /** SQL expressions; the alias stands for the table. */
  readonly columns: (alias: string, sql: Sql) => readonly string[];
  readonly read: (cells: readonly Cell[], viewer: Viewer) => unknown;
  /** The same for a field of one column, without an array around its cell. */
  readonly readCell?: (cell: Cell) => unknown;
}

/** A field that is one row of another table, or null. */
export interface OneField {
  readonly kind: 'one';
  readonly shape: (sql: Sql) => Shape;
  /** How the other row is found. */
  readonly on: (self: string, other: string, sql: Sql) => string;
}

/** A field that is a short list of rows of another table: the first 100 of them, or as few as `first` says. */
export interface ListField {
  readonly kind: 'list';
  readonly shape: () => Shape;
  readonly where: (self: string, other: string, sql: Sql) => string;
  readonly orderBy: (other: string) => string;
}

/** A field that is a page of rows of another table. Beside its place, arguments that are no objects may say which rows it has. */
export interface PageField {
  readonly kind: 'page';
  readonly shape: () => Shape;
  readonly where: (self: string, other: string, sql: Sql, argument: (name: string) => unknown) => string;
  readonly order: Order;
}

export type Field = ValueField | OneField | ListField | PageField;

export interface Shape {
  /** The GraphQL type. */
  readonly type: string;
  readonly table: string;
  /** The first of these columns is null exactly when the row is not there. */
  readonly key: readonly string[];
  readonly fields: Readonly<Record<string, Field>>;
  /** Which rows the viewer sees, where that is not all of them. */
  readonly scope?: (alias: string, sql: Sql) => string | undefined;
}

/** Adds fields that a room on the right knows of, as its resolvers add them to the type. */
export function extendShape(shape: Shape, fields: Readonly<Record<string, Field>>): void {
  Object.assign(shape.fields, fields);
}

/** An order that ends in the primary key, so that every row has one place in it. */
export interface Order {
  readonly name: string;
  readonly columns: (alias: string) => readonly OrderColumn[];
  readonly direction: 'asc' | 'desc';
}

export interface OrderColumn {
  readonly sql: string;
  readonly type: string;
}

// ---- how fields are declared

export function value(columns: string | readonly string[], read: (cells: readonly Cell[], viewer: Viewer) => unknown): ValueField {
  const names = typeof columns === 'string' ? [columns] : columns;
  return { kind: 'value', columns: (alias) => names.map((name) => `${alias}.${name}`), read };
}

export function computed(columns: (alias: string, sql: Sql) => readonly string[], read: (cells: readonly Cell[], viewer: Viewer) => unknown): ValueField {
  return { kind: 'value', columns, read };
}

/** A field of one column that says the same to everybody. */
function plain(column: string, readCell: (cell: Cell) => unknown): ValueField {
  return { kind: 'value', columns: (alias) => [`${alias}.${column}`], read: ([cell]) => readCell(cell!), readCell };
}

export const text = (column: string): ValueField => plain(column, (cell) => cell);
export const integer = (column: string): ValueField => plain(column, (cell) => (cell === null ? null : Number(cell)));
export const boolean = (column: string): ValueField => plain(column, parseBoolean);
export const instantOf = (column: string): ValueField => plain(column, (cell) => (cell === null ? null : rfc3339(String(cell))));
/** A `date` column; `infinity` is null. */
export const dayOf = (column: string): ValueField => plain(column, (cell) => (cell === 'infinity' ? null : cell));
/** A `jsonb` column. */
export const json = (column: string): ValueField => plain(column, parseJson);

/** As PostgreSQL prints one, within JSON or beside it. */
export function parseBoolean(cell: Cell | undefined): boolean | null {
  return cell == null ? null : cell === 't' || cell === 'true' || cell === true;
}

export function parseJson(cell: Cell | undefined): unknown {
  return typeof cell === 'string' ? JSON.parse(cell) : cell;
}

/** `2026-05-01 10:00:00.123+00` as PostgreSQL prints it, or with `T` as JSON does, becomes `2026-05-01T10:00:00.123Z`. */
export function rfc3339(printed: string): string {
  const end = printed.endsWith('+00:00') ? -6 : -3;
  const at = printed.slice(0, end).replace(' ', 'T');
  const dot = at.indexOf('.');
  // Milliseconds are what clients agree on; PostgreSQL drops trailing zeros and keeps microseconds.
  return dot < 0
    ? `${at}.000Z`
    : `${at.slice(0, dot)}.${at
        .slice(dot + 1)
        .padEnd(3, '0')
        .slice(0, 3)}Z`;
}

export function one(shape: (sql: Sql) => Shape, foreignKey: string, key = 'id'): OneField {
  return { kind: 'one', shape, on: (self, other) => `${other}.${key} = ${self}.${foreignKey}` };
}

// ---- what was asked for

interface Asked {
  readonly responseKey: string;
  readonly nodes: FieldNode[];
}

/**
 * Fields asked of a type, fragments and directives resolved, grouped by the key that they answer under.
 * @param type undefined where every fragment is about the one type that there can be, as of connections and edges
 */
function fieldsAsked(selections: readonly SelectionSetNode[], type: string | undefined, sql: Sql): Map<string, Asked> {
  const asked = new Map<string, Asked>();
  const visit = (set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      if (selection.directives?.length && isSkipped(selection.directives, sql.variables)) continue;
      if (selection.kind === Kind.FIELD) {
        const responseKey = selection.alias?.value ?? selection.name.value;
        const known = asked.get(responseKey);
        if (known) known.nodes.push(selection);
        else asked.set(responseKey, { responseKey, nodes: [selection] });
        continue;
      }
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? sql.fragments[selection.name.value] : selection;
      const condition = fragment?.typeCondition?.name.value;
      if (fragment && (type === undefined || condition === undefined || condition === type || condition === 'Node')) visit(fragment.selectionSet);
    }
  };
  for (const set of selections) visit(set);
  return asked;
}

function isSkipped(directives: NonNullable<FieldNode['directives']>, variables: Readonly<Record<string, unknown>>): boolean {
  return directives.some((directive) => {
    const name = directive.name.value;
    if (name !== 'skip' && name !== 'include') return false;
    const given = directive.arguments?.[0]?.value;
    const on = given?.kind === Kind.VARIABLE ? variables[given.name.value] : given?.kind === Kind.BOOLEAN ? given.value : undefined;
    return name === 'skip' ? on === true : on === false;
  });
}

function selectionSets(nodes: readonly FieldNode[]): SelectionSetNode[] {
  return nodes.flatMap(({ selectionSet }) => (selectionSet ? [selectionSet] : []));
}

/** An argument's value as written or as its variable has it; undefined where it was not given. */
function argumentOf(node: FieldNode, name: string, variables: Readonly<Record<string, unknown>>): unknown {
  const given = node.arguments?.find((argument) => argument.name.value === name)?.value;
  if (!given || given.kind === Kind.NULL) return undefined;
  if (given.kind === Kind.VARIABLE) return variables[given.name.value] ?? undefined;
  return given.kind === Kind.INT ? Number(given.value) : 'value' in given ? given.value : undefined;
}

// ---- from fields to SQL

/** SQL for one row of a shape, and how to make the object of it. */
interface Selected {
  readonly columns: string[];
  readonly joins: string[];
  readonly make: (cells: readonly Cell[], at: number) => Row | null;
}

type Part = { readonly name: string; readonly at: number; readonly read: (cells: readonly Cell[], at: number) => unknown };

function select(shape: Shape, sets: readonly SelectionSetNode[], alias: string, sql: Sql): Selected {
  const columns: string[] = [`${alias}.${shape.key[0]}`];
  const joins: string[] = [];
  const parts: Part[] = [];
  const done = new Set<string>();
  for (const { responseKey, nodes } of fieldsAsked(sets, shape.type, sql).values()) {
    const name = nodes[0]!.name.value;
    const field = shape.fields[name];
    if (!field) continue;
    // Only lists have arguments, so only they can stand twice with different answers.
    const slot = field.kind === 'page' || field.kind === 'list' ? responseKey : name;
    if (done.has(slot)) continue;
    done.add(slot);
    const at = columns.length;
    if (field.kind === 'value') {
      const own = field.columns(alias, sql);
      columns.push(...own);
      parts.push({ name: slot, at, read: valueReader(field, own.length, sql.viewer) });
    } else if (field.kind === 'one') {
      const other = sql.alias();
      const target = field.shape(sql);
      const same = [...fieldsAsked(sets, shape.type, sql).values()].filter((also) => also.nodes[0]!.name.value === name).flatMap((also) => also.nodes);
      const inner = select(target, selectionSets(same), other, sql);
      const scope = target.scope?.(other, sql);
      joins.push(`left join ${target.table} ${other} on ${field.on(alias, other, sql)}${scope ? ` and ${scope}` : ''}`, ...inner.joins);
      columns.push(...inner.columns);
      parts.push({ name: slot, at, read: inner.make });
    } else {
      const nested = field.kind === 'list' ? nestedList(field, nodes, alias, sql) : nestedPage(field, nodes, alias, sql);
      joins.push(nested.join);
      columns.push(...nested.columns);
      parts.push({ name: slot, at, read: nested.read });
    }
  }
  return { columns, joins, make: maker(shape.type, parts) };
}

function valueReader(field: ValueField, count: number, viewer: Viewer): Part['read'] {
  const { read, readCell } = field;
  if (readCell) return (cells, at) => readCell(cells[at]!);
  if (count === 1) return (cells, at) => read([cells[at]!], viewer);
  return (cells, at) => read(cells.slice(at, at + count), viewer);
}

function maker(type: string, parts: readonly Part[]): Selected['make'] {
  return (cells, at) => {
    if (cells[at] === null) return null;
    const row: Row = { __typename: type };
    for (const part of parts) row[part.name] = part.read(cells, at + part.at);
    return row;
  };
}

interface Nested {
  readonly join: string;
  readonly columns: readonly string[];
  readonly read: Part['read'];
}

interface NestedRows {
  readonly shape: Shape;
  readonly alias: string;
  readonly columns: readonly string[];
  readonly joins: readonly string[];
  readonly where: string;
  readonly orderBy: string;
  /** Written out: PostgreSQL plans a page of unknown size as a tenth of the table. */
  readonly limit: number;
  /** SQL for how many rows there are in all, where somebody asked. */
  readonly total?: string | undefined;
}

/** Rows of another table as one JSON array of arrays of text, in a lateral join. */
function lateral({ shape, alias, columns, joins, where, orderBy, limit, total }: NestedRows, sql: Sql): { join: string; columns: string[] } {
  const [row, all] = [sql.alias(), sql.alias()];
  // Text throughout: a bigint would lose digits as a JSON number, and top-level cells are text as well.
  const cells = columns.map((column) => `(${column})::text`).join(', ');
  const scope = shape.scope?.(alias, sql);
  const rows = `select json_build_array(${cells}) as cells from ${shape.table} ${alias} ${joins.join(' ')} where ${where}${scope ? ` and ${scope}` : ''} order by ${orderBy} limit ${limit}`;
  const counted = total ? `, (${total}) as total` : '';
  const join = `cross join lateral (select coalesce(json_agg(${row}.cells), '[]') as cells${counted} from (${rows}) ${row}) ${all}`;
  return { join, columns: [`${all}.cells`, ...(total ? [`${all}.total`] : [])] };
}

function nestedList(field: ListField, nodes: readonly FieldNode[], self: string, sql: Sql): Nested {
  const shape = field.shape();
  const alias = sql.alias();
  const { columns, joins, make } = select(shape, selectionSets(nodes), alias, sql);
  const where = field.where(self, alias, sql);
  const first = pageSize(argumentOf(nodes[0]!, 'first', sql.variables) ?? MAX_PAGE);
  const nested = lateral({ shape, alias, columns, joins, where, orderBy: field.orderBy(alias), limit: first }, sql);
  return { ...nested, read: (cells, at) => (parseJson(cells[at]) as Cell[][]).map((row) => make(row, 0)) };
}

function nestedPage(field: PageField, nodes: readonly FieldNode[], self: string, sql: Sql): Nested {
  const { order } = field;
  const shape = field.shape();
  const alias = sql.alias();
  const first = pageSize(argumentOf(nodes[0]!, 'first', sql.variables));
  const after = argumentOf(nodes[0]!, 'after', sql.variables) as string | undefined;
  const parts = pageParts(nodes, sql);
  const inner = select(shape, parts.nodes, alias, sql);
  const orderColumns = order.columns(alias);
  const argument = (name: string): unknown => argumentOf(nodes[0]!, name, sql.variables);
  const conditions = [field.where(self, alias, sql, argument), ...(after === undefined ? [] : [beyondCursor(after, order, orderColumns, sql)])];
  const nested = lateral(
    {
      shape,
      alias,
      joins: inner.joins,
      columns: [...inner.columns, ...(parts.place ? orderColumns.map((column) => column.sql) : [])],
      where: conditions.join(' and '),
      orderBy: orderColumns.map((column) => `${column.sql} ${order.direction}`).join(', '),
      limit: parts.place ? first + 1 : first,
      total: parts.totalCount ? `select count(*) from ${shape.table} counted where ${field.where(self, 'counted', sql, argument)}` : undefined,
    },
    sql,
  );
  const read = (cells: readonly Cell[], at: number): Page =>
    page(
      parseJson(cells[at]) as Cell[][],
      first,
      inner,
      order,
      inner.columns.length,
      after !== undefined,
      parts.totalCount ? Number(cells[at + 1]) : undefined,
    );
  return { ...nested, read };
}

/** A nested list or page that was read together with its row, for the resolver of its field. */
export function nested(row: object, { fieldNodes, fieldName }: GraphQLResolveInfo): never {
  return (row as Record<string, unknown>)[fieldNodes[0]?.alias?.value ?? fieldName] as never;
}

// ---- pages

export const DEFAULT_PAGE = 25;
export const MAX_PAGE = 100;

/** @throws PAGE_SIZE_OUT_OF_RANGE outside 1 to 100: never a silent cap */
export function pageSize(first: unknown): number {
  const size = first === undefined || first === null ? DEFAULT_PAGE : Number(first);
  if (!Number.isInteger(size) || size < 1 || size > MAX_PAGE) {
    throw requestError('PAGE_SIZE_OUT_OF_RANGE', `first is ${String(first)}; it must be from 1 to ${MAX_PAGE}`, { minimum: 1, maximum: MAX_PAGE });
  }
  return size;
}

interface PageParts {
  /** Selections of the row, from `nodes` and `edges.node`. */
  readonly nodes: SelectionSetNode[];
  readonly totalCount: boolean;
  /** Whether somebody asked where the page lies: only then is it read where each row stands, and whether more follow. */
  readonly place: boolean;
}

function pageParts(fields: readonly FieldNode[], sql: Sql): PageParts {
  const nodes: SelectionSetNode[] = [];
  let totalCount = false;
  let place = false;
  for (const { nodes: asked } of fieldsAsked(selectionSets(fields), undefined, sql).values()) {
    const name = asked[0]!.name.value;
    if (name === 'totalCount') totalCount = true;
    if (name === 'pageInfo') place = true;
    if (name === 'nodes') nodes.push(...selectionSets(asked));
    if (name !== 'edges') continue;
    for (const edge of fieldsAsked(selectionSets(asked), undefined, sql).values()) {
      const part = edge.nodes[0]!.name.value;
      if (part === 'node') nodes.push(...selectionSets(edge.nodes));
      if (part === 'cursor') place = true;
    }
  }
  return { nodes, totalCount, place };
}

/** A page as the connection types have it. */
export interface Page {
  readonly edges: readonly { readonly cursor: string; readonly node: Row }[];
  readonly nodes: readonly Row[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly totalCount: number | undefined;
}

function page(
  rows: readonly (readonly Cell[])[],
  first: number,
  selected: Selected,
  order: Order,
  orderAt: number,
  hasPreviousPage: boolean,
  totalCount: number | undefined,
): Page {
  const shown = rows.length > first ? rows.slice(0, first) : rows;
  const edges = shown.map((cells) => new Edge(selected.make(cells, 0)!, order, cells, orderAt));
  return {
    edges,
    nodes: edges.map(({ node }) => node),
    pageInfo: {
      hasNextPage: rows.length > first,
      hasPreviousPage,
      get startCursor() {
        return edges[0]?.cursor ?? null;
      },
      get endCursor() {
        return edges.at(-1)?.cursor ?? null;
      },
    },
    totalCount,
  };
}

/** A row in its page. Few ask for every cursor, so it is made when it is read. */
class Edge {
  constructor(
    readonly node: Row,
    private readonly order: Order,
    private readonly cells: readonly Cell[],
    private readonly orderAt: number,
  ) {}

  get cursor(): string {
    return encodeCursor(this.order, this.cells.slice(this.orderAt));
  }
}

function encodeCursor({ name, direction }: Order, cells: readonly Cell[]): string {
  return Buffer.from(JSON.stringify([`${name} ${direction}`, ...cells])).toString('base64url');
}

/** SQL for "after the row of this cursor". The values inside are parameters: a cursor is input like any other. */
function beyondCursor(cursor: string, order: Order, columns: readonly OrderColumn[], sql: Sql): string {
  const invalid = (): Error => requestError('INVALID_CURSOR', 'after is not a cursor of this list in this order');
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw invalid();
  }
  if (!Array.isArray(parts) || parts.length !== columns.length + 1 || parts[0] !== `${order.name} ${order.direction}`) throw invalid();
  const cells = parts.slice(1) as unknown[];
  if (!cells.every((cell, index) => typeof cell === 'string' && CELL_FORMS[columns[index]!.type]?.test(cell))) throw invalid();
  const left = columns.map((column) => column.sql).join(', ');
  const right = cells.map((cell, index) => `${sql.param(cell)}::${columns[index]!.type}`).join(', ');
  return `(${left}) ${order.direction === 'asc' ? '>' : '<'} (${right})`;
}

const CELL_FORMS: Readonly<Record<string, RegExp>> = {
  uuid: /^[0-9a-f-]{36}$/,
  bigint: /^-?\d{1,18}$/,
  integer: /^-?\d{1,9}$/,
  date: /^\d{4}-\d{2}-\d{2}$/,
  timestamptz: /^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(\.\d{1,6})?\+00(:00)?$/,
  text: /^[^\0]{0,400}$/,
};

// ---- the questions that resolvers ask

/** A condition of a list; the alias stands for the table. */
export type Condition = (alias: string, sql: Sql) => string | undefined;

function sqlFor({ viewer, app }: RequestContext, info: GraphQLResolveInfo, include?: ReadonlySet<string>): Sql {
  if (!viewer) throw requestError('UNAUTHENTICATED', 'sign in first, or send a service credential');
  return new Sql(viewer, isoDate(app.clock.today()), info.variableValues, info.fragments, include);
}

function whereClause(shape: Shape, conditions: readonly Condition[], alias: string, sql: Sql): string {
  const all = [...conditions, shape.scope ?? (() => undefined)].map((condition) => condition(alias, sql)).filter((condition) => condition !== undefined);
  return all.length > 0 ? `where ${all.join(' and ')}` : '';
}

async function run({ app, viewer }: RequestContext, text: string, values: readonly unknown[]): Promise<RawRow[]> {
  const statement: Statement = { text, values };
  return app.database.reads.query(scopeOf(viewer!), statement);
}

export interface PageRequest {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly order: Order;
  readonly where?: readonly Condition[];
  readonly include?: ReadonlySet<string>;
}

/** A page of a root list, with exactly the fields that were asked for. */
export async function readPage(
  shape: Shape,
  { first, after, order, where = [], include }: PageRequest,
  context: RequestContext,
  info: GraphQLResolveInfo,
): Promise<Page> {
  const size = pageSize(first);
  const sql = sqlFor(context, info, include);
  const parts = pageParts(info.fieldNodes, sql);
  const alias = sql.alias();
  const selected = select(shape, parts.nodes, alias, sql);
  const orderColumns = order.columns(alias);
  const conditions: Condition[] = [...where];
  if (after !== undefined && after !== null) conditions.push(() => beyondCursor(after, order, orderColumns, sql));
  const columns = [...selected.columns, ...(parts.place ? orderColumns.map((column) => column.sql) : [])].join(', ');
  const orderBy = orderColumns.map((column) => `${column.sql} ${order.direction}`).join(', ');
  const clause = whereClause(shape, conditions, alias, sql);
  const statement = `select ${columns} from ${shape.table} ${alias} ${selected.joins.join(' ')} ${clause} order by ${orderBy} limit ${parts.place ? size + 1 : size}`;
  const [rows, totalCount] = await Promise.all([run(context, statement, sql.values), parts.totalCount ? countRows(shape, where, context, info) : undefined]);
  return page(rows, size, selected, order, selected.columns.length, after !== undefined && after !== null, totalCount);
}

async function countRows(shape: Shape, where: readonly Condition[], context: RequestContext, info: GraphQLResolveInfo): Promise<number> {
  const sql = sqlFor(context, info);
  const alias = sql.alias();
  const rows = await run(context, `select count(*) from ${shape.table} ${alias} ${whereClause(shape, where, alias, sql)}`, sql.values);
  return Number(rows[0]![0]);
}

/** All rows that meet the conditions, for lists that cannot grow. */
export async function readAll(
  shape: Shape,
  where: readonly Condition[],
  orderBy: (alias: string) => string,
  context: RequestContext,
  info: GraphQLResolveInfo,
): Promise<Row[]> {
  const sql = sqlFor(context, info);
  const alias = sql.alias();
  const selected = select(shape, selectionSets(info.fieldNodes), alias, sql);
  const clause = whereClause(shape, where, alias, sql);
  const rows = await run(
    context,
    `select ${selected.columns.join(', ')} from ${shape.table} ${alias} ${selected.joins.join(' ')} ${clause} order by ${orderBy(alias)}`,
    sql.values,
  );
  return rows.map((cells) => selected.make(cells, 0)!);
}

/** The one row that meets the conditions, or null: also where the viewer may not see it. */
export async function readOne(shape: Shape, where: readonly Condition[], context: RequestContext, info: GraphQLResolveInfo): Promise<Row | null> {
  const sql = sqlFor(context, info);
  const alias = sql.alias();
  const selected = select(shape, selectionSets(info.fieldNodes), alias, sql);
  const clause = whereClause(shape, where, alias, sql);
  const rows = await run(
    context,
    `select ${selected.columns.join(', ')} from ${shape.table} ${alias} ${selected.joins.join(' ')} ${clause} limit 1`,
    sql.values,
  );
  return rows[0] ? selected.make(rows[0], 0) : null;
}

/**
 * The one row that a payload shows after a change; undefined where nobody asked for it.
 * @param field the payload's field
 */
export async function readChanged(
  field: string,
  shape: Shape,
  where: readonly Condition[],
  context: RequestContext,
  info: GraphQLResolveInfo,
): Promise<Row | null | undefined> {
  const type = getNamedType(info.returnType).name;
  const asked = [...fieldsAsked(selectionSets(info.fieldNodes), type, sqlFor(context, info)).values()].filter(({ nodes }) => nodes[0]!.name.value === field);
  if (asked.length === 0) return undefined;
  return readOne(shape, where, context, { ...info, fieldNodes: asked.flatMap(({ nodes }) => nodes) });
}

export const equals =
  (column: string, given: unknown): Condition =>
  (alias, sql) =>
    `${alias}.${column} = ${sql.param(given)}`;
export const isAnyOf =
  (column: string, given: readonly unknown[], type: string): Condition =>
  (alias, sql) =>
    `${alias}.${column} = any (${sql.param(given)}::${type}[])`;

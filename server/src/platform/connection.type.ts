import { Field, ID, InterfaceType, Int, ObjectType, type ClassType } from 'type-graphql';

@InterfaceType({ description: 'Anything with an id, so that `node(id)` can fetch it again.', resolveType: (value: { __typename: string }) => value.__typename })
export abstract class Node {
  @Field(() => ID, { description: 'Opaque and globally unique; carries the type.' })
  id!: string;
}

@ObjectType({ description: 'Where a page lies in its list.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether rows follow; ask for them with `after: endCursor`.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Whether the page was asked for with `after`.' })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'Cursor of the first row; null on an empty page.' })
  startCursor!: string | null;

  @Field(() => String, { nullable: true, description: 'Cursor of the last row; null on an empty page.' })
  endCursor!: string | null;
}

/** The connection and edge types of a node type, as Relay has them. */
export function connectionOf<T extends object>(node: ClassType<T>, name: string, plural: string): ClassType {
  @ObjectType(`${name}Edge`, { description: `One of the ${plural} in a list.` })
  class Edge {
    @Field(() => String, { description: 'Where this row lies; give it as `after` to go on from here.' })
    cursor!: string;

    @Field(() => node, { description: 'The row itself.' })
    node!: T;
  }

  @ObjectType(`${name}Connection`, { description: `A page of ${plural}.` })
  class Connection {
    @Field(() => [Edge], { description: 'The rows with their cursors.' })
    edges!: Edge[];

    @Field(() => [node], { description: 'The rows without cursors.' })
    nodes!: T[];

    @Field(() => PageInfo, { description: 'Whether there are more, and where to go on.' })
    pageInfo!: PageInfo;

    @Field(() => Int, { description: 'How many rows there are on all pages. Counted only when asked for.' })
    totalCount!: number;
  }
  return Connection;
}

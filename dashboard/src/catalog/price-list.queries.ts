import { graphql, type ResultOf } from '../platform/graphql.ts';
import { UserErrorParts } from '../platform/refusals.ts';

export const PriceListsQuery = graphql(`
  query PriceLists($filter: PriceListFilter, $orderBy: PriceListOrderInput, $first: Int!, $after: String) {
    priceLists(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
      nodes {
        id
        name
        updatedAt
        seller {
          id
          name
        }
        entries(first: 1) {
          totalCount
        }
        assignments(first: 1) {
          totalCount
        }
      }
      pageInfo {
        endCursor
        hasNextPage
      }
    }
  }
`);
export type PriceListRow = ResultOf<typeof PriceListsQuery>['priceLists']['nodes'][number];

export const PriceListQuery = graphql(`
  query PriceList($id: ID!) {
    node(id: $id) {
      ... on PriceList {
        id
        name
        createdAt
        updatedAt
        seller {
          id
          number
          name
          kind
        }
        entries(first: 100) {
          nodes {
            id
            mode
            percent
            validFrom
            validTo
            reason
            product {
              id
              name
              code
            }
            plan {
              id
              sku
            }
          }
          pageInfo {
            hasNextPage
          }
        }
        assignments(first: 100) {
          nodes {
            id
            validFrom
            validTo
            buyer {
              id
              number
              name
              kind
            }
          }
          pageInfo {
            hasNextPage
          }
        }
      }
    }
  }
`);
export type PriceList = Extract<NonNullable<ResultOf<typeof PriceListQuery>['node']>, { entries: unknown }>;
export type Rate = PriceList['entries']['nodes'][number];

export const CreatePriceListMutation = graphql(
  `
    mutation CreatePriceList($input: CreatePriceListInput!) {
      createPriceList(input: $input) {
        priceList {
          id
          name
        }
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [UserErrorParts],
);
export const SetRateMutation = graphql(
  `
    mutation SetRate($input: SetPriceListEntryInput!) {
      setPriceListEntry(input: $input) {
        warnings
        priceList {
          id
          updatedAt
        }
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [UserErrorParts],
);
export const EndRateMutation = graphql(
  `
    mutation EndRate($input: RemovePriceListEntryInput!) {
      removePriceListEntry(input: $input) {
        priceList {
          id
          updatedAt
        }
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [UserErrorParts],
);
export const AssignPriceListMutation = graphql(
  `
    mutation AssignPriceList($input: AssignPriceListInput!) {
      assignPriceList(input: $input) {
        priceList {
          id
          updatedAt
        }
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [UserErrorParts],
);

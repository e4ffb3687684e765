import { graphql, type ResultOf } from '../platform/graphql.ts';
import { UserErrorParts } from '../platform/refusals.ts';

/** Which platforms there are: one for each vendor. */
export const PlatformsQuery = graphql(`
  query Platforms {
    vendors(first: 20) {
      id
      code
      name
      platform
      connected
    }
  }
`);
export type Platform = ResultOf<typeof PlatformsQuery>['vendors'][number];

const SyncParts = graphql(
  `
    fragment SyncParts on ProvisioningSync {
      platform
      status
      synchronizedAt
      vendor {
        id
        code
        name
        connected
      }
      reasons {
        ...UserErrorParts
      }
      missing {
        ...UserErrorParts
      }
      blockedOrders(first: 3) {
        id
        number
      }
    }
  `,
  [UserErrorParts],
);
export type Sync = ResultOf<typeof SyncParts>;

export const SyncBoardQuery = graphql(
  `
    query SyncBoard($filter: SyncBoardFilter, $first: Int!, $after: String) {
      syncBoard(filter: $filter, first: $first, after: $after) {
        nodes {
          id
          number
          name
          kind
          status
          syncs {
            ...SyncParts
          }
        }
        pageInfo {
          endCursor
          hasNextPage
        }
      }
    }
  `,
  [SyncParts],
);
export type BoardRow = ResultOf<typeof SyncBoardQuery>['syncBoard']['nodes'][number];

export const SyncBoardCountQuery = graphql(`
  query SyncBoardCount($filter: SyncBoardFilter) {
    syncBoard(filter: $filter, first: 1) {
      totalCount
    }
  }
`);

export const AccountSyncsQuery = graphql(
  `
    query AccountSyncs($id: ID!) {
      account(id: $id) {
        id
        syncs {
          ...SyncParts
        }
      }
    }
  `,
  [SyncParts],
);

const SellerParts = graphql(`
  fragment SellerParts on Account {
    id
    number
    name
    kind
  }
`);

/** What can be said of an account on its platforms, and which resellers stand above it. */
export const SyncOptionsQuery = graphql(
  `
    query SyncOptions($id: ID!) {
      account(id: $id) {
        id
        number
        name
        kind
        parent {
          ...SellerParts
          parent {
            ...SellerParts
            parent {
              ...SellerParts
              parent {
                ...SellerParts
              }
            }
          }
        }
        syncs {
          platform
          email
          role
          resellerPin
          vendorCustomerId
          vendor {
            id
            name
          }
          parentAccount {
            id
            number
            name
          }
          parameters {
            name
            value
          }
          definitions {
            name
            label
            description
            required
            maxLength
            choices
            example
          }
        }
      }
    }
  `,
  [SellerParts],
);
export type SyncAccount = NonNullable<ResultOf<typeof SyncOptionsQuery>['account']>;
export type SyncOptions = NonNullable<SyncAccount['syncs']>[number];

export const SetSyncOptionsMutation = graphql(
  `
    mutation SetSyncOptions($input: SetSyncOptionsInput!) {
      setSyncOptions(input: $input) {
        sync {
          platform
          status
        }
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [UserErrorParts],
);

export const SynchronizeMutation = graphql(
  `
    mutation Synchronize($input: SynchronizeAccountInput!) {
      synchronizeAccount(input: $input) {
        replayed
        sync {
          platform
          status
        }
        job {
          id
          state
        }
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [UserErrorParts],
);

import { graphql, type ResultOf } from '../platform/graphql.ts';
import { UserErrorParts } from '../platform/refusals.ts';

export const AccountsQuery = graphql(`
  query Accounts($filter: AccountFilter, $orderBy: AccountOrderInput, $first: Int!, $after: String) {
    accounts(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
      nodes {
        id
        number
        name
        kind
        status
        country
        currency
        createdAt
        parent {
          id
          name
          number
        }
        syncs {
          platform
          status
          vendor {
            id
            name
          }
        }
      }
      pageInfo {
        endCursor
        hasNextPage
      }
    }
  }
`);
export type AccountRow = ResultOf<typeof AccountsQuery>['accounts']['nodes'][number];

export const AccountCountQuery = graphql(`
  query AccountCount($filter: AccountFilter) {
    accounts(filter: $filter, first: 1) {
      totalCount
    }
  }
`);

export const AccountQuery = graphql(`
  query Account($number: String!) {
    account(number: $number) {
      id
      number
      name
      legalName
      kind
      status
      email
      phone
      country
      currency
      locale
      taxId
      createdAt
      updatedAt
      address {
        street
        postalCode
        city
        region
      }
      parent {
        id
        number
        name
        kind
      }
      syncs {
        platform
        status
        vendor {
          id
          name
        }
      }
    }
  }
`);
export type Account = NonNullable<ResultOf<typeof AccountQuery>['account']>;

/** Subscriptions at and below an account, and the accounts directly below it. */
export const AccountHoldingsQuery = graphql(`
  query AccountHoldings($accountId: ID!) {
    subscriptions(filter: { accountId: $accountId }, first: 8) {
      totalCount
      nodes {
        id
        number
        status
        quantity
        account {
          id
          name
        }
        plan {
          id
          sku
        }
        nextCharge {
          net {
            amount
            currency
          }
        }
      }
    }
    accounts(filter: { parentId: $accountId }, first: 8) {
      totalCount
      nodes {
        id
        number
        name
        kind
        status
      }
    }
  }
`);

export const AccountListsQuery = graphql(`
  query AccountLists($accountId: ID!) {
    priceLists(filter: { buyerId: $accountId }, first: 10) {
      nodes {
        id
        name
        seller {
          id
          name
        }
        assignments(first: 50) {
          nodes {
            id
            validFrom
            validTo
            buyer {
              id
            }
          }
        }
      }
    }
  }
`);

const AccountParts = graphql(`
  fragment AccountParts on Account {
    id
    number
    name
    status
    updatedAt
  }
`);

export const CreateAccountMutation = graphql(
  `
    mutation CreateAccount($input: CreateAccountInput!) {
      createAccount(input: $input) {
        replayed
        account {
          ...AccountParts
        }
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [AccountParts, UserErrorParts],
);
export const UpdateAccountMutation = graphql(
  `
    mutation UpdateAccount($input: UpdateAccountInput!) {
      updateAccount(input: $input) {
        account {
          ...AccountParts
        }
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [AccountParts, UserErrorParts],
);
export const HoldAccountMutation = graphql(
  `
    mutation HoldAccount($input: HoldAccountInput!) {
      holdAccount(input: $input) {
        account {
          ...AccountParts
        }
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [AccountParts, UserErrorParts],
);
export const ReleaseAccountMutation = graphql(
  `
    mutation ReleaseAccount($input: ReleaseAccountInput!) {
      releaseAccount(input: $input) {
        account {
          ...AccountParts
        }
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [AccountParts, UserErrorParts],
);
export const MoveAccountMutation = graphql(
  `
    mutation MoveAccount($input: MoveAccountInput!) {
      moveAccount(input: $input) {
        account {
          ...AccountParts
          parent {
            id
            name
          }
        }
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [AccountParts, UserErrorParts],
);
export const CloseAccountMutation = graphql(
  `
    mutation CloseAccount($input: CloseAccountInput!) {
      closeAccount(input: $input) {
        account {
          ...AccountParts
        }
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [AccountParts, UserErrorParts],
);

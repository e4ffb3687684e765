import { graphql, type ResultOf } from '../platform/graphql.ts';
import { UserErrorParts } from '../platform/refusals.ts';

export const MigrationsQuery = graphql(`
  query Migrations($first: Int!, $after: String) {
    migrations(first: $first, after: $after) {
      nodes {
        id
        number
        state
        effectiveOn
        plannedAt
        plannedBy
        vendor {
          id
          name
        }
        counts {
          subscriptions
          moved
          blocked
        }
      }
      pageInfo {
        endCursor
        hasNextPage
      }
    }
  }
`);
export type MigrationRow = ResultOf<typeof MigrationsQuery>['migrations']['nodes'][number];

export const MigrationQuery = graphql(`
  query Migration($id: ID!) {
    migration(id: $id) {
      id
      number
      state
      effectiveOn
      plannedAt
      plannedBy
      startedAt
      finishedAt
      vendor {
        id
        name
      }
      mapping {
        from
        to
      }
      totals {
        currency
        subscriptions
        old {
          amount
          currency
        }
        new {
          amount
          currency
        }
        difference {
          amount
          currency
        }
      }
      counts {
        subscriptions
        pending
        moved
        blocked
        skipped
      }
      job {
        id
        state
      }
    }
  }
`);
export type Migration = NonNullable<ResultOf<typeof MigrationQuery>['migration']>;

export const MigrationItemsQuery = graphql(`
  query MigrationItems($id: ID!, $blockersOnly: Boolean!, $first: Int!, $after: String) {
    migration(id: $id) {
      id
      items(blockersOnly: $blockersOnly, first: $first, after: $after) {
        nodes {
          state
          quantity
          subscription {
            id
            number
            account {
              id
              name
            }
          }
          oldPlan {
            id
            sku
          }
          newPlan {
            id
            sku
          }
          oldCharge {
            amount
            currency
          }
          newCharge {
            amount
            currency
          }
          difference {
            amount
            currency
          }
          customerOldCharge {
            amount
            currency
          }
          customerNewCharge {
            amount
            currency
          }
          blocker {
            code
            message
            parameters {
              name
              value
            }
          }
          movedAt
        }
        pageInfo {
          endCursor
          hasNextPage
        }
      }
    }
  }
`);
export type MigrationItem = NonNullable<ResultOf<typeof MigrationItemsQuery>['migration']>['items']['nodes'][number];

/** What can be mapped: plans of a vendor, old and new. */
export const MigrationPlansQuery = graphql(`
  query MigrationPlans($vendor: String!) {
    products(first: 45, filter: { vendor: $vendor }) {
      nodes {
        id
        name
        plans(first: 20) {
          id
          sku
          billingPolicy
          cycle
          status
        }
      }
    }
  }
`);

export const PlanMigrationMutation = graphql(
  `
    mutation PlanMigration($input: PlanMigrationInput!) {
      planMigration(input: $input) {
        replayed
        migration {
          id
        }
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [UserErrorParts],
);

export const RunMigrationMutation = graphql(
  `
    mutation RunMigration($input: RunMigrationInput!) {
      runMigration(input: $input) {
        replayed
        migration {
          id
          state
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

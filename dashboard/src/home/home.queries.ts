import { graphql, type ResultOf } from '../platform/graphql.ts';

/** What waits: months with something to do. */
export const OpenWorkQuery = graphql(`
  query OpenWork {
    billingPeriods(first: 36, filter: { status: [OPEN] }) {
      nodes {
        id
        name
        ratedAt
        pendingChanges
        parkedCount
      }
    }
  }
`);
export type OpenPeriod = ResultOf<typeof OpenWorkQuery>['billingPeriods']['nodes'][number];

/** What went wrong at vendors, for those who may settle it. */
export const VendorWorkQuery = graphql(`
  query VendorWork {
    failed: provisioningOperations(first: 1, filter: { state: [FAILED], needsAttention: true }) {
      totalCount
    }
    unknown: provisioningOperations(first: 1, filter: { state: [UNKNOWN] }) {
      totalCount
    }
    stuck: provisioningOperations(first: 1, filter: { state: [QUEUED, CALLING, ACCEPTED], needsAttention: true }) {
      totalCount
    }
    drifts(first: 1, open: true) {
      totalCount
    }
  }
`);

export const SyncWorkQuery = graphql(`
  query SyncWork {
    syncBoard(first: 1, filter: { status: [FAILED] }) {
      totalCount
    }
  }
`);

export const FailedJobsQuery = graphql(`
  query FailedJobs {
    jobs(first: 5, filter: { state: [FAILED] }) {
      nodes {
        id
        kind
        subject
        createdAt
      }
    }
  }
`);

export const FiguresQuery = graphql(`
  query Figures {
    subscriptions(first: 1, filter: { status: [ACTIVE] }) {
      totalCount
    }
    customers: accounts(first: 1, filter: { kind: [CUSTOMER] }) {
      totalCount
    }
    resellers: accounts(first: 1, filter: { kind: [RESELLER] }) {
      totalCount
    }
    billingPeriods(first: 12) {
      nodes {
        id
        name
        ratedAt
      }
    }
  }
`);

const TotalParts = graphql(`
  fragment TotalParts on ChargeTotal {
    currency
    count
    net {
      amount
      currency
    }
    sold {
      amount
      currency
    }
    margin {
      amount
      currency
    }
  }
`);
export type MonthTotal = ResultOf<typeof TotalParts>;

/** Half a year in one question: a month is a filter, so each has a name of its own. */
export const MonthTotalsQuery = graphql(
  `
    query MonthTotals($a: ChargeFilter, $b: ChargeFilter, $c: ChargeFilter, $d: ChargeFilter, $e: ChargeFilter, $f: ChargeFilter) {
      a: chargeTotals(filter: $a) {
        ...TotalParts
      }
      b: chargeTotals(filter: $b) {
        ...TotalParts
      }
      c: chargeTotals(filter: $c) {
        ...TotalParts
      }
      d: chargeTotals(filter: $d) {
        ...TotalParts
      }
      e: chargeTotals(filter: $e) {
        ...TotalParts
      }
      f: chargeTotals(filter: $f) {
        ...TotalParts
      }
    }
  `,
  [TotalParts],
);

export const OwnSubscriptionsQuery = graphql(`
  query OwnSubscriptions {
    subscriptions(first: 8, filter: { status: [ACTIVE] }) {
      nodes {
        id
        number
        status
        quantity
        account {
          id
          name
        }
        product {
          id
          name
        }
        plan {
          id
          sku
        }
        nextCharge {
          billingPeriod
          net {
            amount
            currency
          }
        }
      }
    }
  }
`);

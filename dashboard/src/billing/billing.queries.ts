import { graphql, type ResultOf, type VariablesOf } from '../platform/graphql.ts';
import { UserErrorParts } from '../platform/refusals.ts';

export const PeriodsQuery = graphql(`
  query Periods($filter: BillingPeriodFilter, $first: Int!, $after: String) {
    billingPeriods(filter: $filter, first: $first, after: $after) {
      nodes {
        id
        name
        status
        ratedAt
        closedAt
        pendingChanges
        parkedCount
      }
      pageInfo {
        endCursor
        hasNextPage
      }
    }
  }
`);
export type PeriodRow = ResultOf<typeof PeriodsQuery>['billingPeriods']['nodes'][number];

/** Names of months, for those who choose one. */
export const PeriodNamesQuery = graphql(`
  query PeriodNames {
    billingPeriods(first: 100) {
      nodes {
        id
        name
        status
      }
    }
  }
`);

export const PeriodQuery = graphql(`
  query Period($id: ID!) {
    node(id: $id) {
      ... on BillingPeriod {
        id
        name
        start
        end
        status
        openedAt
        ratedAt
        closedAt
        pendingChanges
        parkedCount
        parked(first: 50) {
          nodes {
            reason
            message
            since
            subscription {
              id
              number
              account {
                id
                name
              }
              plan {
                id
                sku
              }
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
export type Period = Extract<NonNullable<ResultOf<typeof PeriodQuery>['node']>, { parked: unknown }>;

export const RunsQuery = graphql(`
  query Runs($billingPeriod: String!, $first: Int!) {
    billingRuns(filter: { billingPeriod: $billingPeriod }, first: $first) {
      nodes {
        id
        number
        mode
        state
        startedBy
        createdAt
        startedAt
        finishedAt
        subscriptionsDone
        subscriptionsTotal
        chargesWritten
        chargesChanged
        chargesWithdrawn
        parked
      }
    }
  }
`);
export type Run = ResultOf<typeof RunsQuery>['billingRuns']['nodes'][number];

/** Work under way: a page that is opened again finds the run that it was watching. */
export const RunningJobsQuery = graphql(`
  query RunningJobs {
    jobs(filter: { state: [QUEUED, RUNNING], kind: [RUN_BILLING, CLOSE_BILLING_PERIOD] }, first: 50) {
      nodes {
        id
        kind
        subject
      }
    }
  }
`);

export const RunBillingMutation = graphql(
  `
    mutation RunBilling($input: RunBillingInput!) {
      runBilling(input: $input) {
        replayed
        run {
          id
          number
          mode
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

export const ClosePeriodMutation = graphql(
  `
    mutation ClosePeriod($input: CloseBillingPeriodInput!) {
      closeBillingPeriod(input: $input) {
        replayed
        billingPeriod {
          id
          name
          status
        }
        job {
          id
          state
          userErrors {
            ...UserErrorParts
          }
        }
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [UserErrorParts],
);

export const ChargesQuery = graphql(`
  query Charges($filter: ChargeFilter, $orderBy: ChargeOrderInput, $first: Int!, $after: String) {
    charges(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
      nodes {
        id
        number
        kind
        status
        periodStart
        periodEnd
        quantity
        unitPrice
        net {
          amount
          currency
        }
        margin {
          amount
          currency
        }
        billingPeriod {
          id
          name
        }
        seller {
          id
          name
        }
        buyer {
          id
          name
        }
        customer {
          id
          name
        }
        plan {
          id
          sku
        }
        subscription {
          id
          number
        }
      }
      pageInfo {
        endCursor
        hasNextPage
      }
    }
  }
`);
export type ChargeRow = ResultOf<typeof ChargesQuery>['charges']['nodes'][number];
export type ChargeFilter = NonNullable<VariablesOf<typeof ChargesQuery>['filter']>;

export const ChargeTotalsQuery = graphql(`
  query ChargeTotals($filter: ChargeFilter) {
    chargeTotals(filter: $filter) {
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
      cost {
        amount
        currency
      }
      margin {
        amount
        currency
      }
    }
  }
`);
export type ChargeTotal = ResultOf<typeof ChargeTotalsQuery>['chargeTotals'][number];

export const ChargeQuery = graphql(`
  query Charge($id: ID!) {
    node(id: $id) {
      ... on Charge {
        id
        number
        kind
        status
        periodStart
        periodEnd
        quantity
        unitPrice
        listPrice
        currency
        createdAt
        updatedAt
        acknowledgedAt
        priceListRate {
          mode
          percent
        }
        net {
          amount
          currency
        }
        cost {
          amount
          currency
        }
        margin {
          amount
          currency
        }
        segments {
          from
          to
          quantity
          days
          periodDays
          unitPrice
        }
        explanation {
          rule
          formula
          licenseDays
          periodDays
          exactAmount
          rounding
          price
          adjusts
          text
          alreadyCharged {
            amount
            currency
          }
        }
        billingPeriod {
          id
          name
          status
        }
        seller {
          id
          name
        }
        buyer {
          id
          name
        }
        plan {
          id
          sku
          name
          billingPolicy
          cycle
        }
        subscription {
          id
          number
          account {
            id
            name
          }
        }
      }
    }
  }
`);
export type Charge = Extract<NonNullable<ResultOf<typeof ChargeQuery>['node']>, { explanation: unknown }>;

/** The same subscription in the same month: what it was charged on the other edges, and besides. */
export const SiblingChargesQuery = graphql(`
  query SiblingCharges($subscriptionId: ID!, $billingPeriod: String!) {
    charges(filter: { subscriptionId: $subscriptionId, billingPeriod: $billingPeriod }, first: 50) {
      nodes {
        id
        kind
        periodStart
        periodEnd
        seller {
          id
          name
        }
        buyer {
          id
          name
        }
        net {
          amount
          currency
        }
      }
    }
  }
`);

export const SimulateQuery = graphql(
  `
    query Simulate($input: SimulateChargesInput!) {
      simulateCharges(input: $input) {
        total {
          amount
          currency
        }
        charges {
          kind
          periodStart
          periodEnd
          quantity
          net {
            amount
            currency
          }
          segments {
            from
            to
            quantity
            days
            periodDays
            unitPrice
          }
        }
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [UserErrorParts],
);
export type SimulatedCharge = ResultOf<typeof SimulateQuery>['simulateCharges']['charges'][number];

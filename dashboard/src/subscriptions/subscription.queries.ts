import { graphql, type ResultOf } from '../platform/graphql.ts';
import { UserErrorParts } from '../platform/refusals.ts';

export const SubscriptionsQuery = graphql(`
  query Subscriptions($filter: SubscriptionFilter, $orderBy: ServiceSubscriptionOrderInput, $first: Int!, $after: String) {
    subscriptions(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
      nodes {
        id
        number
        status
        quantity
        activatedOn
        renewsOn
        endsOn
        account {
          id
          number
          name
        }
        plan {
          id
          sku
          name
          billingPolicy
        }
        product {
          id
          name
        }
        nextCharge {
          billingPeriod
          net {
            amount
            currency
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

/** Counting takes longer than showing, so nobody waits for it. */
export const SubscriptionCountQuery = graphql(`
  query SubscriptionCount($filter: SubscriptionFilter) {
    subscriptions(filter: $filter, first: 1) {
      totalCount
    }
  }
`);

export const SubscriptionQuery = graphql(`
  query Subscription($number: String!) {
    subscription(number: $number) {
      id
      number
      status
      quantity
      version
      activatedOn
      activatedAt
      endsOn
      renews
      renewsOn
      renewalQuantity
      createdAt
      updatedAt
      platform
      vendorSubscriptionId
      licenseId
      approvalCode
      order {
        id
        number
      }
      operations(first: 10) {
        id
        kind
        state
        since
        finishedAt
        message
        rejection
        needsAttention
      }
      account {
        id
        number
        name
        status
        currency
        parent {
          id
          number
          name
          kind
        }
      }
      product {
        id
        code
        name
        provisioning
        vendor {
          id
          name
        }
      }
      plan {
        id
        sku
        name
        billingPolicy
        cycle
        dailyQuantity
        minQuantity
        maxQuantity
      }
      nextCharge {
        billingPeriod
        periodStart
        net {
          amount
          currency
        }
      }
      timeline {
        from
        to
        quantity
        plan {
          id
          sku
        }
      }
    }
  }
`);
export type Subscription = NonNullable<ResultOf<typeof SubscriptionQuery>['subscription']>;
export type VendorOperation = NonNullable<Subscription['operations']>[number];

/** Asked only when somebody wants to see it: each look is noted in the audit trail. */
export const ActivationCodeQuery = graphql(`
  query ActivationCode($number: String!) {
    subscription(number: $number) {
      id
      activationCode
    }
  }
`);

export const SubscriptionChangesQuery = graphql(`
  query SubscriptionChanges($number: String!, $first: Int!, $after: String) {
    subscription(number: $number) {
      id
      changes(first: $first, after: $after) {
        nodes {
          sequence
          kind
          actor
          recordedAt
          effectiveAt
          effectiveOn
          oldQuantity
          quantity
          renews
          reason
          oldPlan {
            id
            sku
          }
          plan {
            id
            sku
          }
        }
        pageInfo {
          endCursor
          hasNextPage
        }
      }
    }
  }
`);

export const SubscriptionChargesQuery = graphql(`
  query SubscriptionCharges($subscriptionId: ID!, $first: Int!, $after: String) {
    charges(filter: { subscriptionId: $subscriptionId }, first: $first, after: $after) {
      nodes {
        id
        number
        kind
        status
        periodStart
        periodEnd
        quantity
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
        net {
          amount
          currency
        }
      }
      pageInfo {
        endCursor
        hasNextPage
      }
    }
  }
`);

/** Plans that the product has; the server says which of them fit. */
export const ProductPlansQuery = graphql(`
  query ProductPlans($productId: ID!) {
    product(id: $productId) {
      id
      plans {
        id
        sku
        name
        billingPolicy
        cycle
        minQuantity
        maxQuantity
        status
      }
    }
  }
`);

/** What a change would do in one month. */
const PeriodParts = graphql(`
  fragment PeriodParts on PeriodPreview {
    billingPeriod
    edges {
      seller {
        id
        name
      }
      buyer {
        id
        name
      }
      before {
        amount
        currency
      }
      after {
        amount
        currency
      }
      difference {
        amount
        currency
      }
      charges {
        kind
        sku
        periodStart
        periodEnd
        net {
          amount
          currency
        }
        segments {
          quantity
          days
          periodDays
          unitPrice
        }
      }
    }
  }
`);

const PreviewParts = graphql(
  `
    fragment PreviewParts on ChangePreviewPayload {
      userErrors {
        ...UserErrorParts
      }
      preview {
        warnings {
          code
          message
        }
        thisPeriod {
          ...PeriodParts
        }
        nextPeriod {
          ...PeriodParts
        }
      }
    }
  `,
  [UserErrorParts, PeriodParts],
);
export type Preview = NonNullable<ResultOf<typeof PreviewParts>['preview']>;

export const PreviewQuantityQuery = graphql(
  `
    query PreviewQuantity($input: PreviewQuantityChangeInput!) {
      previewed: previewQuantityChange(input: $input) {
        ...PreviewParts
      }
    }
  `,
  [PreviewParts],
);

export const PreviewPlanSwitchQuery = graphql(
  `
    query PreviewPlanSwitch($input: PreviewPlanSwitchInput!) {
      previewed: previewPlanSwitch(input: $input) {
        ...PreviewParts
      }
    }
  `,
  [PreviewParts],
);

export const PreviewTerminationQuery = graphql(
  `
    query PreviewTermination($input: PreviewTerminationInput!) {
      previewed: previewTermination(input: $input) {
        ...PreviewParts
      }
    }
  `,
  [PreviewParts],
);

/** What a change brings back: enough for every question about the subscription to be asked again. */
const ChangedParts = graphql(`
  fragment ChangedParts on ServiceSubscription {
    id
    number
    status
    quantity
    version
    charges(first: 1) {
      nodes {
        id
      }
    }
    changes(first: 1) {
      nodes {
        sequence
      }
    }
  }
`);

export const ChangeQuantityMutation = graphql(
  `
    mutation ChangeQuantity($input: ChangeSubscriptionQuantityInput!) {
      changeSubscriptionQuantity(input: $input) {
        replayed
        operation {
          id
          state
        }
        subscription {
          ...ChangedParts
        }
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [ChangedParts, UserErrorParts],
);

export const SwitchPlanMutation = graphql(
  `
    mutation SwitchPlan($input: SwitchSubscriptionPlanInput!) {
      switchSubscriptionPlan(input: $input) {
        replayed
        operation {
          id
          state
        }
        subscription {
          ...ChangedParts
        }
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [ChangedParts, UserErrorParts],
);

export const SetRenewalMutation = graphql(
  `
    mutation SetRenewal($input: SetSubscriptionRenewalInput!) {
      setSubscriptionRenewal(input: $input) {
        replayed
        operation {
          id
          state
        }
        subscription {
          ...ChangedParts
        }
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [ChangedParts, UserErrorParts],
);

export const TerminateMutation = graphql(
  `
    mutation Terminate($input: TerminateSubscriptionInput!) {
      terminateSubscription(input: $input) {
        replayed
        operation {
          id
          state
        }
        subscription {
          ...ChangedParts
        }
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [ChangedParts, UserErrorParts],
);

export const CreateSubscriptionMutation = graphql(
  `
    mutation CreateSubscription($input: CreateSubscriptionInput!) {
      createSubscription(input: $input) {
        replayed
        subscription {
          ...ChangedParts
        }
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [ChangedParts, UserErrorParts],
);

export const SuspendMutation = graphql(
  `
    mutation Suspend($input: SuspendSubscriptionInput!) {
      suspendSubscription(input: $input) {
        replayed
        operation {
          id
          state
        }
        subscription {
          ...ChangedParts
        }
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [ChangedParts, UserErrorParts],
);

export const ResumeMutation = graphql(
  `
    mutation Resume($input: ResumeSubscriptionInput!) {
      resumeSubscription(input: $input) {
        replayed
        operation {
          id
          state
        }
        subscription {
          ...ChangedParts
        }
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [ChangedParts, UserErrorParts],
);

export const SetApprovalCodeMutation = graphql(
  `
    mutation SetApprovalCode($input: SetApprovalCodeInput!) {
      setApprovalCode(input: $input) {
        replayed
        operation {
          id
          state
        }
        subscription {
          ...ChangedParts
        }
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [ChangedParts, UserErrorParts],
);

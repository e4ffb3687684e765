import { graphql, type ResultOf } from '../platform/graphql.ts';
import { UserErrorParts } from '../platform/refusals.ts';

export const VendorHealthQuery = graphql(`
  query VendorHealth {
    vendors(first: 20) {
      id
      code
      name
      platform
      connected
      simulatorUrl
      health {
        failures
        lastError
        lastErrorAt
        lastSuccessAt
        pausedSince
        pausedUntil
      }
    }
  }
`);
export type HealthyVendor = ResultOf<typeof VendorHealthQuery>['vendors'][number];

const OperationParts = graphql(`
  fragment OperationParts on ProvisioningOperation {
    id
    kind
    state
    since
    dueAt
    sentAt
    createdAt
    finishedAt
    attempts
    needsAttention
    message
    rejection
    vendorCode
    actor
    account {
      id
      number
      name
    }
    subscription {
      id
      number
    }
    vendor {
      id
      code
      name
    }
  }
`);
export type Operation = ResultOf<typeof OperationParts>;

export const OperationsQuery = graphql(
  `
    query ProvisioningOperations($filter: ProvisioningFilter, $first: Int!, $after: String) {
      provisioningOperations(filter: $filter, first: $first, after: $after) {
        nodes {
          ...OperationParts
        }
        pageInfo {
          endCursor
          hasNextPage
        }
      }
    }
  `,
  [OperationParts],
);

/** How much there is on each tab. */
export const ProvisioningCountsQuery = graphql(`
  query ProvisioningCounts {
    open: provisioningOperations(first: 1, filter: { open: true }) {
      totalCount
    }
    attention: provisioningOperations(first: 1, filter: { needsAttention: true }) {
      totalCount
    }
    drifts(first: 1, open: true) {
      totalCount
    }
  }
`);

export const OperationQuery = graphql(
  `
    query ProvisioningOperation($id: ID!) {
      provisioningOperation(id: $id) {
        ...OperationParts
        calls {
          number
          purpose
          outcome
          calledAt
          durationMs
          message
        }
      }
    }
  `,
  [OperationParts],
);
export type Call = NonNullable<ResultOf<typeof OperationQuery>['provisioningOperation']>['calls'][number];

export const DriftsQuery = graphql(`
  query Drifts($open: Boolean, $vendor: String, $first: Int!, $after: String) {
    drifts(open: $open, vendor: $vendor, first: $first, after: $after) {
      nodes {
        id
        field
        ours
        theirs
        openedAt
        seenAt
        resolvedAt
        resolution
        vendorSubscriptionId
        account {
          id
          number
          name
        }
        subscription {
          id
          number
        }
        vendor {
          id
          code
          name
        }
      }
      pageInfo {
        endCursor
        hasNextPage
      }
    }
  }
`);
export type Drift = ResultOf<typeof DriftsQuery>['drifts']['nodes'][number];

export const RetryMutation = graphql(
  `
    mutation RetryProvisioning($input: RetryProvisioningInput!) {
      retryProvisioning(input: $input) {
        replayed
        operation {
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

export const AcknowledgeMutation = graphql(
  `
    mutation AcknowledgeProvisioning($input: AcknowledgeProvisioningInput!) {
      acknowledgeProvisioning(input: $input) {
        replayed
        operation {
          id
          needsAttention
        }
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [UserErrorParts],
);

export const ResolveUnknownMutation = graphql(
  `
    mutation ResolveUnknown($input: ResolveUnknownProvisioningInput!) {
      resolveUnknownProvisioning(input: $input) {
        replayed
        operation {
          id
          state
          subscription {
            id
            status
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

export const ResolveDriftMutation = graphql(
  `
    mutation ResolveDrift($input: ResolveDriftInput!) {
      resolveDrift(input: $input) {
        replayed
        drift {
          id
          resolvedAt
        }
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [UserErrorParts],
);

export const ReconcileMutation = graphql(
  `
    mutation ReconcileVendor($input: ReconcileVendorInput!) {
      reconcileVendor(input: $input) {
        replayed
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

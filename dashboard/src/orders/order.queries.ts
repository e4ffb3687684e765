import { graphql, type ResultOf, type VariablesOf } from '../platform/graphql.ts';
import { UserErrorParts } from '../platform/refusals.ts';

const SumParts = graphql(`
  fragment SumParts on Money {
    amount
    currency
  }
`);

/** What the storefront offers to an account. */
export const ShopProductsQuery = graphql(
  `
    query ShopProducts($filter: ProductFilter, $account: ID!, $first: Int!, $after: String) {
      products(filter: $filter, first: $first, after: $after) {
        nodes {
          id
          code
          name
          pricing
          provisioning
          vendor {
            id
            name
          }
          plans(first: 10) {
            id
            billingPolicy
            minQuantity
            maxQuantity
            status
            priceFor(accountId: $account) {
              ...SumParts
            }
          }
        }
        pageInfo {
          endCursor
          hasNextPage
        }
      }
    }
  `,
  [SumParts],
);
export type ShopProductRow = ResultOf<typeof ShopProductsQuery>['products']['nodes'][number];

/** What each plan of a product costs an account before anything is configured. */
export const ShopPricesQuery = graphql(
  `
    query ShopPrices($id: ID!, $account: ID!) {
      product(id: $id) {
        id
        plans(first: 50) {
          id
          priceFor(accountId: $account) {
            ...SumParts
          }
        }
      }
    }
  `,
  [SumParts],
);

/** One product with everything that can be decided about it. */
export const ShopProductQuery = graphql(`
  query ShopProduct($id: ID!) {
    product(id: $id) {
      id
      code
      name
      status
      pricing
      provisioning
      vendor {
        id
        name
      }
      plans(first: 50) {
        id
        sku
        name
        billingPolicy
        cycle
        minQuantity
        maxQuantity
        status
        characteristics {
          name
          label
          description
          type
          required
          minimum
          maximum
          choices
          maxLength
          example
        }
      }
    }
  }
`);
export type ShopProduct = NonNullable<ResultOf<typeof ShopProductQuery>['product']>;
export type ShopPlan = ShopProduct['plans'][number];

/** How much lies in a cart, and whether it still is one. */
export const CartQuery = graphql(`
  query Cart($id: ID!) {
    order(id: $id) {
      id
      status
      lines(first: 100) {
        id
      }
    }
  }
`);

export const OrdersQuery = graphql(
  `
    query Orders($filter: OrderFilter, $orderBy: OrderOrderInput, $first: Int!, $after: String) {
      orders(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
        nodes {
          id
          number
          status
          channel
          createdAt
          createdBy
          placedAt
          account {
            id
            number
            name
          }
          total {
            ...SumParts
          }
          blocked
          lines(first: 8) {
            id
            status
            product {
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
  `,
  [SumParts],
);
export type OrderRow = ResultOf<typeof OrdersQuery>['orders']['nodes'][number];
export type OrderFilter = NonNullable<VariablesOf<typeof OrdersQuery>['filter']>;

export const OrderCountQuery = graphql(`
  query OrderCount($filter: OrderFilter) {
    orders(filter: $filter, first: 1) {
      totalCount
    }
  }
`);

/** What waits for somebody, in numbers. */
export const OrderWorkQuery = graphql(`
  query OrderWork {
    approval: orders(first: 1, filter: { status: [PENDING_APPROVAL] }) {
      totalCount
    }
    incomplete: orders(first: 1, filter: { status: [DRAFT], incomplete: true }) {
      totalCount
    }
    waiting: orders(first: 1, filter: { status: [SUBMITTED] }) {
      totalCount
    }
  }
`);

export const OrderQuery = graphql(
  `
    query Order($id: ID, $number: String) {
      order(id: $id, number: $number) {
        id
        number
        status
        channel
        currency
        version
        approvalRequired
        createdAt
        createdBy
        placedAt
        placedBy
        placedByViewer
        approvedAt
        approvedBy
        executedAt
        completedAt
        canceledAt
        reason
        account {
          id
          number
          name
          status
        }
        total {
          ...SumParts
        }
        recurring {
          ...SumParts
        }
        blockers {
          ...UserErrorParts
        }
        lines(first: 100) {
          id
          status
          quantity
          missing
          approvalCode
          characteristics {
            name
            label
            value
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
            pricing
            provisioning
          }
          unitPrice {
            ...SumParts
          }
          firstCharge {
            ...SumParts
          }
          recurring {
            ...SumParts
          }
          subscription {
            id
            number
          }
          failure {
            ...UserErrorParts
          }
        }
      }
    }
  `,
  [SumParts, UserErrorParts],
);
export type Order = NonNullable<ResultOf<typeof OrderQuery>['order']>;
export type OrderLine = Order['lines'][number];

/** What a draft costs, and the state of it that the answer is about. */
export const QuoteQuery = graphql(
  `
    query Quote($id: ID!) {
      order(id: $id) {
        id
        version
      }
      quoted: quote(input: { orderId: $id }) {
        quote {
          token
          validUntil
          total {
            ...SumParts
          }
          recurring {
            ...SumParts
          }
          lines {
            lineId
            quantity
            unitPrice {
              ...SumParts
            }
            recurring {
              ...SumParts
            }
            firstCharge {
              ...SumParts
            }
            edges {
              seller {
                id
                name
              }
              buyer {
                id
                name
              }
              unitPrice {
                ...SumParts
              }
              firstCharge {
                ...SumParts
              }
            }
          }
          warnings {
            code
          }
        }
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [SumParts, UserErrorParts],
);
export type Quote = NonNullable<ResultOf<typeof QuoteQuery>['quoted']['quote']>;

export const CreateOrderMutation = graphql(
  `
    mutation CreateOrder($input: CreateOrderInput!) {
      createOrder(input: $input) {
        order {
          id
          number
          lines(first: 1) {
            id
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
export const AddOrderLineMutation = graphql(
  `
    mutation AddOrderLine($input: AddOrderLineInput!) {
      addOrderLine(input: $input) {
        lineId
        order {
          id
          version
        }
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [UserErrorParts],
);
export const ConfigureOrderLineMutation = graphql(
  `
    mutation ConfigureOrderLine($input: ConfigureOrderLineInput!) {
      configureOrderLine(input: $input) {
        lineId
        order {
          id
          version
        }
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [UserErrorParts],
);
export const RemoveOrderLineMutation = graphql(
  `
    mutation RemoveOrderLine($input: RemoveOrderLineInput!) {
      removeOrderLine(input: $input) {
        order {
          id
          version
        }
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [UserErrorParts],
);
export const PlaceOrderMutation = graphql(
  `
    mutation PlaceOrder($input: PlaceOrderInput!) {
      placeOrder(input: $input) {
        order {
          id
          number
          status
          version
        }
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [UserErrorParts],
);
export const ApproveOrderMutation = graphql(
  `
    mutation ApproveOrder($input: ApproveOrderInput!) {
      approveOrder(input: $input) {
        order {
          id
          status
          version
        }
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [UserErrorParts],
);
export const RejectOrderMutation = graphql(
  `
    mutation RejectOrder($input: RejectOrderInput!) {
      rejectOrder(input: $input) {
        order {
          id
          status
          version
        }
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [UserErrorParts],
);
export const ExecuteOrderMutation = graphql(
  `
    mutation ExecuteOrder($input: ExecuteOrderInput!) {
      executeOrder(input: $input) {
        order {
          id
          status
          version
        }
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [UserErrorParts],
);
export const CancelOrderMutation = graphql(
  `
    mutation CancelOrder($input: CancelOrderInput!) {
      cancelOrder(input: $input) {
        order {
          id
          status
          version
        }
        userErrors {
          ...UserErrorParts
        }
      }
    }
  `,
  [UserErrorParts],
);

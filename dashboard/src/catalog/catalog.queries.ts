import { graphql, type ResultOf } from '../platform/graphql.ts';
import { UserErrorParts } from '../platform/refusals.ts';

export const ProductsQuery = graphql(`
  query Products($filter: ProductFilter, $first: Int!, $after: String) {
    products(filter: $filter, first: $first, after: $after) {
      nodes {
        id
        code
        name
        status
        provisioning
        pricing
        vendor {
          id
          name
        }
        plans {
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
`);
export type ProductRow = ResultOf<typeof ProductsQuery>['products']['nodes'][number];

export const ProductQuery = graphql(`
  query Product($id: ID!) {
    product(id: $id) {
      id
      code
      name
      status
      provisioning
      pricing
      vendor {
        id
        code
        name
      }
      plans {
        id
        sku
        name
        billingPolicy
        minQuantity
        maxQuantity
        status
        prices(first: 20) {
          id
          currency
          listPrice
          validFrom
          validTo
        }
      }
    }
  }
`);
export type Product = NonNullable<ResultOf<typeof ProductQuery>['product']>;

export const PlanQuery = graphql(`
  query Plan($sku: String!) {
    plan(sku: $sku) {
      id
      sku
      name
      billingPolicy
      cycle
      dailyQuantity
      minQuantity
      maxQuantity
      status
      product {
        id
        name
        pricing
        vendor {
          id
          name
        }
      }
      prices {
        id
        currency
        listPrice
        vendorCost
        validFrom
        validTo
      }
    }
  }
`);
export type Plan = NonNullable<ResultOf<typeof PlanQuery>['plan']>;

export const VendorsQuery = graphql(`
  query Vendors {
    vendors {
      id
      code
      name
    }
  }
`);

export const CreateProductMutation = graphql(
  `
    mutation CreateProduct($input: CreateProductInput!) {
      createProduct(input: $input) {
        product {
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
export const UpdateProductMutation = graphql(
  `
    mutation UpdateProduct($input: UpdateProductInput!) {
      updateProduct(input: $input) {
        product {
          id
          name
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
export const CreatePlanMutation = graphql(
  `
    mutation CreatePlan($input: CreatePlanInput!) {
      createPlan(input: $input) {
        plan {
          id
          sku
          product {
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
export const UpdatePlanMutation = graphql(
  `
    mutation UpdatePlan($input: UpdatePlanInput!) {
      updatePlan(input: $input) {
        plan {
          id
          sku
          name
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
export const SetPlanPriceMutation = graphql(
  `
    mutation SetPlanPrice($input: SetPlanPriceInput!) {
      setPlanPrice(input: $input) {
        plan {
          id
          prices {
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

import { computed, reactive } from 'vue';
import { graphql } from '../platform/graphql.ts';
import { compareNames } from '../platform/format.ts';
import { useAnswer } from '../platform/useAnswer.ts';
import type { UiOption } from '../ui/table.ts';

const CatalogNamesQuery = graphql(`
  query CatalogNames {
    products(first: 100) {
      nodes {
        id
        name
        plans(first: 20) {
          id
          sku
        }
      }
    }
    vendors {
      id
      code
      name
    }
  }
`);

/** Names for filters: what can be chosen, and how something chosen is called. */
export function useCatalogNames(): {
  products: UiOption[];
  vendors: UiOption[];
  vendorName(code: string): string;
  planName(id: string): string;
} {
  const answer = useAnswer(CatalogNamesQuery, () => ({}));
  const products = computed(() =>
    (answer.data?.products.nodes ?? []).map(({ id, name }) => ({ value: id, label: name })).sort((a, b) => compareNames(a.label, b.label)),
  );
  const vendors = computed(() => (answer.data?.vendors ?? []).map(({ code, name }) => ({ value: code, label: name })));
  const plans = computed(() => (answer.data?.products.nodes ?? []).flatMap((product) => product.plans));
  return reactive({
    products,
    vendors,
    vendorName: (code: string) => vendors.value.find(({ value }) => value === code)?.label ?? code,
    planName: (id: string) => plans.value.find((plan) => plan.id === id)?.sku ?? '…',
  });
}

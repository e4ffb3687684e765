import { isoDate } from '@cloudtill/domain/calendar/local-date';
import { allow, refuse, type Decision } from '@cloudtill/domain/refusal';
import { decodeId } from '../platform/ids.ts';
import type { Unit } from '../platform/use-case.ts';
import { scopeOf } from '../platform/viewer.ts';
import { Plan, Product } from './catalog.entities.ts';

type Asking = Pick<Unit, 'em' | 'viewer' | 'app'>;

/**
 * The product with this id, as far as the viewer may order it; another answer would tell that it exists.
 * @rule P2
 */
export async function findOrderableProduct(unit: Asking, id: string): Promise<Decision<Product>> {
  const product = await unit.em.findOne(Product, { id: decodeId('prd', id) });
  return product && (await mayOrder(unit, product)) ? allow(product) : refuse('PRODUCT_UNKNOWN', { product: id }, ['productId']);
}

/** The same for a plan. @rule P2 */
export async function findOrderablePlan(unit: Asking, id: string): Promise<Decision<Plan>> {
  const plan = await unit.em.findOne(Plan, { id: decodeId('pln', id) }, { populate: ['product'] });
  return plan && (await mayOrder(unit, plan.product.getEntity())) ? allow(plan) : refuse('PLAN_UNKNOWN', { plan: id }, ['planId']);
}

async function mayOrder({ em, viewer, app }: Asking, { id }: Product): Promise<boolean> {
  if (scopeOf(viewer) === 'all') return true;
  const offered = await em.execute<unknown[]>('select 1 from offered_products(?, ?) p (id) where p.id = ?', [
    viewer.account.id,
    isoDate(app.clock.today()),
    id,
  ]);
  return offered.length > 0;
}

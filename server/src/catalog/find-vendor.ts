import { allow, refuse, type Decision } from '@cloudtill/domain/refusal';
import type { EntityManager } from '../platform/database.ts';
import { Vendor } from './catalog.entities.ts';

/** The most of a code that a refusal repeats. */
const MAX_SHOWN = 60;

/** A vendor by its code, or a refusal that names those that there are. */
export async function findKnownVendor(em: EntityManager, code: string): Promise<Decision<Vendor>> {
  const vendor = await em.findOne(Vendor, { code });
  if (vendor) return allow(vendor);
  const known = await em.find(Vendor, {}, { orderBy: { code: 'asc' } });
  return refuse('VENDOR_UNKNOWN', { vendor: code.slice(0, MAX_SHOWN), known: known.map((one) => one.code).join(', ') }, ['vendor']);
}

import { RATE_MODES, type PriceListRate } from '@cloudtill/domain/catalog/price-list';
import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '../accounts/account.entity.ts';
import { day, instant } from '../platform/column-types.ts';
import { Plan, Product } from './catalog.entities.ts';

const PriceListSchema = defineEntity({
  name: 'PriceList',
  tableName: 'price_list',
  properties: {
    id: p.uuid().primary(),
    seller: () => p.manyToOne(Account).ref(),
    name: p.string(),
    version: p.integer().version(),
    createdAt: instant(),
    updatedAt: instant(),
  },
});
/** What a seller's buyers may order, and at which rates. @rule P1 */
export class PriceList extends PriceListSchema.class {}
PriceListSchema.setClass(PriceList);

const PriceListEntrySchema = defineEntity({
  name: 'PriceListEntry',
  tableName: 'price_list_entry',
  properties: {
    id: p.uuid().primary(),
    priceList: () => p.manyToOne(PriceList).ref(),
    product: () => p.manyToOne(Product).ref(),
    plan: () => p.manyToOne(Plan).ref().nullable(),
    mode: p.enum(RATE_MODES),
    /** Ten-thousandths of a percent. */
    percent: p.bigint('bigint'),
    validFrom: day(),
    validTo: day().nullable(),
    reason: p.string().nullable(),
    createdAt: instant(),
  },
});
/** The rate of one product, or of one of its plans. @rule P1 */
export class PriceListEntry extends PriceListEntrySchema.class {
  rate(): PriceListRate {
    return { mode: this.mode, percent: this.percent };
  }
}
PriceListEntrySchema.setClass(PriceListEntry);

const PriceListAssignmentSchema = defineEntity({
  name: 'PriceListAssignment',
  tableName: 'price_list_assignment',
  properties: {
    id: p.uuid().primary(),
    priceList: () => p.manyToOne(PriceList).ref(),
    sellerId: p.uuid(),
    buyer: () => p.manyToOne(Account).ref(),
    validFrom: day(),
    validTo: day().nullable(),
    createdAt: instant(),
  },
});
/** Which list holds for a buyer while it is valid. @rule P1 */
export class PriceListAssignment extends PriceListAssignmentSchema.class {}
PriceListAssignmentSchema.setClass(PriceListAssignment);

import { describe, expect, it } from 'vitest';
import { eur, PAYG } from '../../test/builders.ts';
import { billingMonth } from '../calendar/billing-month.ts';
import { localDate, OPEN_END } from '../calendar/local-date.ts';
import { MAX_QUANTITY } from '../catalog/plan.ts';
import type { QuantitySpan } from '../subscriptions/quantity-timeline.ts';
import { targetCharges } from './target.ts';

const may = billingMonth('2026-05');
const span = (from: string, to: string, quantity: number): QuantitySpan<typeof PAYG> => ({ plan: PAYG, quantity, from: localDate(from), to: localDate(to) });
const prices = () => [{ unitPrice: eur('1'), listPrice: eur('1'), cost: eur('1'), rate: undefined }];

// No history leads here; a fault of ours might.
describe('bounds of a charge', () => {
  it.each([
    ['days that count twice', [span('2026-05-01', '2026-05-20', 1), span('2026-05-10', '2026-06-01', 2)]],
    ['more licenses than there can be', [span('2026-05-01', '2026-06-01', MAX_QUANTITY + 1)]],
  ])('%s are not charged but parked: CHARGE_OUT_OF_BOUNDS', (_, spans) => {
    const outcome = targetCharges({ activatedOn: localDate('2026-05-01'), endsOn: OPEN_END, spans }, prices, may, 'HALF_AWAY_FROM_ZERO');
    expect(outcome).toEqual({ reason: 'CHARGE_OUT_OF_BOUNDS', plan: PAYG, day: localDate('2026-05-01') });
  });
});

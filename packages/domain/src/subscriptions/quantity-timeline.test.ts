import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyHistory, history, instant, LEGACY, PAYG, PEAK, timeline, timelineOf, YEARLY } from '../../test/builders.ts';
import { isoDate, localDate, OPEN_END } from '../calendar/local-date.ts';
import { spanOn, type QuantityTimeline, type RecordedChange } from './quantity-timeline.ts';

function told({ spans }: QuantityTimeline<unknown>): string[] {
  return spans.map(({ from, to, quantity }) => `${isoDate(from)}..${to === OPEN_END ? '' : isoDate(to)} ${quantity}`);
}

describe('B: a quantity for each day', () => {
  it.each([
    // what happened, plan, the days
    ['a change counts from its day', PAYG, { '2021-04-15': 25, '2021-05-11T10:00Z': 20 }, ['2021-04-15..2021-05-11 25', '2021-05-11.. 20']],
    [
      'the last of a day counts',
      PAYG,
      { '2021-05-01': 25, '2021-05-11T09:00Z': 30, '2021-05-11T10:00Z': 20 },
      ['2021-05-01..2021-05-11 25', '2021-05-11.. 20'],
    ],
    ['back and forth on a day is nothing', PAYG, { '2021-05-01': 25, '2021-05-11T09:00Z': 20, '2021-05-11T10:00Z': 25 }, ['2021-05-01.. 25']],
    ['the last of the activation day counts', PAYG, { '2021-05-01T08:00Z': 5, '2021-05-01T09:00Z': 7 }, ['2021-05-01.. 7']],
    ['the termination day is not held', PAYG, { '2021-05-01': 25, '2021-05-11T23:59Z': 0 }, ['2021-05-01..2021-05-11 25']],
    ['stopped on the activation day', PAYG, { '2021-05-01T08:00Z': 25, '2021-05-01T09:00Z': 0 }, ['2021-05-01..2021-05-01 25']],
    [
      'peak: the largest of the day',
      PEAK,
      { '2021-05-01': 25, '2021-05-11T09:00Z': 30, '2021-05-11T10:00Z': 20 },
      ['2021-05-01..2021-05-11 25', '2021-05-11..2021-05-12 30', '2021-05-12.. 20'],
    ],
    ['peak: what was held when the day began', PEAK, { '2021-05-01': 25, '2021-05-11T10:00Z': 20 }, ['2021-05-01..2021-05-12 25', '2021-05-12.. 20']],
    [
      'B3: the last one of the day on a yearly plan, whatever it says of peaks',
      { ...YEARLY, dailyQuantity: 'PEAK' as const },
      { '2021-05-01': 25, '2022-05-01T10:00Z': 20 },
      ['2021-05-01..2022-05-01 25', '2022-05-01.. 20'],
    ],
    ['peak: not what ended as the day began', PEAK, { '2021-05-01': 25, '2021-05-11': 20 }, ['2021-05-01..2021-05-11 25', '2021-05-11.. 20']],
    ['B1 looks at every moment', LEGACY, { '2021-05-01': 25, '2021-06-01T10:00Z': 20 }, ['2021-05-01..2021-06-02 25', '2021-06-02.. 20']],
    [
      'peaks of neighboring days',
      PEAK,
      { '2021-05-01': 5, '2021-05-10T09:00Z': 8, '2021-05-10T10:00Z': 3, '2021-05-11T09:00Z': 9, '2021-05-11T10:00Z': 4 },
      ['2021-05-01..2021-05-10 5', '2021-05-10..2021-05-11 8', '2021-05-11..2021-05-12 9', '2021-05-12.. 4'],
    ],
  ])('%s', (_, plan, quantities, expected) => {
    expect(told(timeline(plan, quantities as unknown as Record<string, number>))).toEqual(expected);
  });

  it('S3: of two lines for one moment the one recorded last holds', () => {
    const [activation] = history(PAYG, { '2021-05-01': 25 });
    const at = { effectiveAt: instant('2021-06-01'), effectiveOn: localDate('2021-06-01'), kind: 'QUANTITY' as const };
    const scheduled = timelineOf([activation!, { ...at, sequence: 2, quantity: 40 }, { ...at, sequence: 1, quantity: 30 }]);
    expect(told(scheduled)).toEqual(['2021-05-01..2021-06-01 25', '2021-06-01.. 40']);
  });

  const renewal = (sequence: number, on: string, renews: boolean, quantity?: number): RecordedChange<typeof YEARLY> => ({
    kind: 'RENEWAL',
    sequence,
    effectiveAt: instant(on),
    effectiveOn: localDate(on),
    renews,
    quantity,
  });

  it.each([
    ['a lower quantity from the renewal on', [renewal(1, '2022-05-01', true, 8)], ['2021-05-01..2022-05-01 10', '2022-05-01.. 8']],
    ['no renewal', [renewal(1, '2022-05-01', false)], ['2021-05-01..2022-05-01 10']],
    ['no renewal, taken back', [renewal(1, '2022-05-01', false), renewal(2, '2022-05-01', true)], ['2021-05-01.. 10']],
    ['a schedule taken back', [renewal(1, '2022-05-01', true, 8), renewal(2, '2022-05-01', true)], ['2021-05-01.. 10']],
    ['the earlier of two ends', [renewal(1, '2023-05-01', false), renewal(2, '2022-05-01', false)], ['2021-05-01..2022-05-01 10']],
  ])('B3: %s', (_, renewals, expected) => {
    expect(told(timelineOf([...history(YEARLY, { '2021-05-01': 10 }), ...renewals]))).toEqual(expected);
  });

  it('refuses a history without a beginning', () => {
    expect(() => timelineOf([])).toThrow(RangeError);
    expect(() =>
      timelineOf([...history(PAYG, { '2021-05-02': 1 }), { kind: 'QUANTITY', sequence: 1, effectiveAt: 0, effectiveOn: localDate('1970-01-01'), quantity: 2 }]),
    ).toThrow(RangeError);
  });

  it('is a partition of the days from activation to end, and neighbors differ', () => {
    fc.assert(
      fc.property(fc.constantFrom(PAYG, PEAK, LEGACY).chain(anyHistory), (changes) => {
        const { activatedOn, endsOn, spans } = timelineOf(changes);
        expect(spans[0]!.from).toBe(activatedOn);
        expect(spans.at(-1)!.to).toBe(endsOn);
        for (const [index, span] of spans.entries()) {
          if (index === 0) continue;
          const before = spans[index - 1]!;
          expect(span.from).toBe(before.to);
          expect(span.from).toBeLessThan(span.to);
          expect([span.quantity, span.plan]).not.toEqual([before.quantity, before.plan]);
        }
      }),
    );
  });

  it('does not depend on the order in which lines are given', () => {
    fc.assert(
      fc.property(fc.constantFrom(PAYG, PEAK, LEGACY, YEARLY).chain(anyHistory), fc.infiniteStream(fc.nat()), (changes, keys) => {
        const shuffled = changes
          .map((change) => ({ change, key: keys.next().value as number }))
          .sort((a, b) => a.key - b.key)
          .map(({ change }) => change);
        expect(timelineOf(shuffled)).toEqual(timelineOf(changes));
      }),
    );
  });

  it('finds the span of a day and none outside', () => {
    const held = timeline(PAYG, { '2021-05-01': 25, '2021-05-11': 20, '2021-06-01': 0 });
    expect(['2021-04-30', '2021-05-01', '2021-05-10', '2021-05-11', '2021-05-31', '2021-06-01'].map((day) => spanOn(held, localDate(day))?.quantity)).toEqual([
      undefined,
      25,
      25,
      20,
      20,
      undefined,
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { ANNIVERSARY, bill, eur, history, instant, LEGACY, PAYG, PEAK, timeline, timelineOf, unitPrice, YEARLY } from '../../test/builders.ts';
import { localDate } from '../calendar/local-date.ts';

const one = eur('1');

describe('B1: MAX_OF_MONTH', () => {
  it.each([
    [
      'free until the 1st, then the largest',
      { '2021-04-15': 25, '2021-05-11': 20 },
      '2021-04',
      '2021-06',
      ['2021-05 RECURRING 2021-05-01/2021-06-01 25.00', '2021-06 RECURRING 2021-06-01/2021-07-01 20.00'],
    ],
    ['activated on a 1st: that month is free', { '2021-05-01': 10 }, '2021-05', '2021-06', ['2021-06 RECURRING 2021-06-01/2021-07-01 10.00']],
    ['stopped on the 1st', { '2021-04-15': 10, '2021-06-01T12:00Z': 0 }, '2021-05', '2021-06', ['2021-05 RECURRING 2021-05-01/2021-06-01 10.00']],
    ['stopped on the 2nd', { '2021-04-15': 10, '2021-06-02': 0 }, '2021-06', '2021-07', ['2021-06 RECURRING 2021-06-01/2021-07-01 10.00']],
    ['stopped within the free month', { '2021-04-15': 10, '2021-04-20': 0 }, '2021-04', '2021-06', []],
    [
      'a peak of an hour',
      { '2021-04-15': 10, '2021-05-11T10:00Z': 30, '2021-05-11T11:00Z': 10 },
      '2021-05',
      '2021-05',
      ['2021-05 RECURRING 2021-05-01/2021-06-01 30.00'],
    ],
    [
      'held for the first hours of a month',
      { '2021-04-15': 25, '2021-06-01T10:00Z': 20 },
      '2021-06',
      '2021-07',
      ['2021-06 RECURRING 2021-06-01/2021-07-01 25.00', '2021-07 RECURRING 2021-07-01/2021-08-01 20.00'],
    ],
  ])('%s', (_, quantities, from, to, expected) => {
    expect(bill(timeline(LEGACY, quantities as unknown as Record<string, number>), one, from, to)).toEqual(expected);
  });
});

describe('B2: PAYG', () => {
  it.each([
    [
      'our policy: 25, then 20 from the 11th',
      { '2021-05-01': 25, '2021-05-11': 20 },
      '1',
      '2021-05',
      '2021-05',
      ['2021-05 RECURRING 2021-05-01/2021-06-01 21.61'],
    ],
    [
      'from mid-April',
      { '2021-04-16': 25, '2021-05-11': 20 },
      '1',
      '2021-04',
      '2021-05',
      ['2021-04 RECURRING 2021-04-16/2021-05-01 12.50', '2021-05 RECURRING 2021-05-01/2021-06-01 21.61'],
    ],
    ['500 for 27 of 31 days', { '2021-05-05': 500 }, '51.93', '2021-05', '2021-05', ['2021-05 RECURRING 2021-05-05/2021-06-01 22614.68']],
    ['the last day only', { '2021-05-31': 10 }, '3', '2021-05', '2021-05', ['2021-05 RECURRING 2021-05-31/2021-06-01 0.97']],
    ['stopped on the 7th', { '2021-05-01': 10, '2021-05-07': 0 }, '3', '2021-05', '2021-06', ['2021-05 RECURRING 2021-05-01/2021-05-07 5.81']],
    ['started and stopped on one day', { '2021-05-07T08:00Z': 10, '2021-05-07T09:00Z': 0 }, '3', '2021-05', '2021-05', []],
    [
      'February has its own days',
      { '2024-02-29': 29 },
      '1',
      '2024-02',
      '2024-03',
      ['2024-02 RECURRING 2024-02-29/2024-03-01 1.00', '2024-03 RECURRING 2024-03-01/2024-04-01 29.00'],
    ],
  ])('%s', (_, quantities, price, from, to, expected) => {
    expect(bill(timeline(PAYG, quantities as unknown as Record<string, number>), eur(price), from, to)).toEqual(expected);
  });

  it.each([
    ['CLOSING counts the last of the day', PAYG, ['2021-05 RECURRING 2021-05-01/2021-06-01 10.00']],
    ['PEAK counts the largest of the day', PEAK, ['2021-05 RECURRING 2021-05-01/2021-06-01 10.65']],
  ] as const)('%s', (_, plan, expected) => {
    expect(bill(timeline(plan, { '2021-04-01': 10, '2021-05-11T10:00Z': 30, '2021-05-11T11:00Z': 10 }), one, '2021-05')).toEqual(expected);
  });

  it('a plan switch gives one charge for each plan, each for its own days', () => {
    const large = { ...PAYG };
    const held = timelineOf([
      ...history(PAYG, { '2024-08-01': 88 }),
      { kind: 'PLAN', sequence: 1, effectiveAt: instant('2024-08-16'), effectiveOn: localDate('2024-08-16'), plan: large, quantity: 31 },
      { kind: 'PLAN', sequence: 2, effectiveAt: instant('2024-08-24'), effectiveOn: localDate('2024-08-24'), plan: PAYG, quantity: 50 },
    ]);
    expect(bill(held, one, '2024-08')).toEqual(['2024-08 RECURRING 2024-08-01/2024-09-01 55.48', '2024-08 RECURRING 2024-08-16/2024-08-24 8.00']);
  });

  it.each([
    // Always counted from the anchor: 31, 28, 31. An item belongs to the month of its last day.
    [
      'anchored on the 31st',
      { '2023-01-31': 10 },
      '2023-01',
      '2023-05',
      [
        '2023-02 RECURRING 2023-01-31/2023-02-28 10.00',
        '2023-03 RECURRING 2023-02-28/2023-03-31 10.00',
        '2023-04 RECURRING 2023-03-31/2023-04-30 10.00',
        '2023-05 RECURRING 2023-04-30/2023-05-31 10.00',
      ],
    ],
    [
      'anchored on the 1st',
      { '2023-12-01': 8 },
      '2023-11',
      '2024-01',
      ['2023-12 RECURRING 2023-12-01/2024-01-01 8.00', '2024-01 RECURRING 2024-01-01/2024-02-01 8.00'],
    ],
    [
      'stopped in a period: its last day decides',
      { '2024-05-23': 101, '2024-07-01': 0 },
      '2024-05',
      '2024-08',
      ['2024-06 RECURRING 2024-05-23/2024-06-23 101.00', '2024-06 RECURRING 2024-06-23/2024-07-01 26.93'],
    ],
    [
      'a change inside',
      { '2024-02-29': 98, '2024-04-24': 18 },
      '2024-03',
      '2024-05',
      ['2024-03 RECURRING 2024-02-29/2024-03-29 98.00', '2024-04 RECURRING 2024-03-29/2024-04-29 85.10', '2024-05 RECURRING 2024-04-29/2024-05-29 18.00'],
    ],
  ])('cycle ANNIVERSARY: %s', (_, quantities, from, to, expected) => {
    expect(bill(timeline(ANNIVERSARY, quantities as unknown as Record<string, number>), one, from, to)).toEqual(expected);
  });
});

describe('B3: YEARLY', () => {
  it.each([
    ['once for the term', { '2024-09-23': 72 }, '31.20', '2024-09', '2025-08', ['2024-09 RECURRING 2024-09-23/2025-09-23 2246.40']],
    [
      'an increase for the remaining days',
      { '2024-02-29': 8, '2024-05-12': 10 },
      '31.20',
      '2024-02',
      '2024-05',
      ['2024-02 RECURRING 2024-02-29/2025-02-28 249.60', '2024-05 PRORATION 2024-05-12/2025-02-28 49.92'],
    ],
    [
      'renewals from 29 February',
      { '2028-02-29': 1 },
      '10',
      '2028-02',
      '2032-03',
      [
        '2028-02 RECURRING 2028-02-29/2029-02-28 10.00',
        '2029-02 RECURRING 2029-02-28/2030-02-28 10.00',
        '2030-02 RECURRING 2030-02-28/2031-02-28 10.00',
        '2031-02 RECURRING 2031-02-28/2032-02-29 10.00',
        '2032-02 RECURRING 2032-02-29/2033-02-28 10.00',
      ],
    ],
    [
      'a stop refunds nothing and nothing renews',
      { '2024-07-24': 91, '2025-04-06': 0 },
      '1',
      '2024-07',
      '2026-07',
      ['2024-07 RECURRING 2024-07-24/2025-07-24 91.00'],
    ],
    ['a stop on the renewal day', { '2024-07-24': 91, '2025-07-24T15:00Z': 0 }, '1', '2024-07', '2026-07', ['2024-07 RECURRING 2024-07-24/2025-07-24 91.00']],
    [
      'a stop on the activation day',
      { '2024-07-24T08:00Z': 91, '2024-07-24T09:00Z': 0 },
      '1',
      '2024-07',
      '2026-07',
      ['2024-07 RECURRING 2024-07-24/2025-07-24 91.00'],
    ],
    [
      'an increase on the renewal day is the new term',
      { '2024-07-24': 10, '2025-07-24': 12 },
      '1',
      '2025-07',
      '2025-07',
      ['2025-07 RECURRING 2025-07-24/2026-07-24 12.00'],
    ],
    [
      'a lower quantity from the renewal day',
      { '2024-07-24': 10, '2025-07-24': 7 },
      '1',
      '2025-07',
      '2025-07',
      ['2025-07 RECURRING 2025-07-24/2026-07-24 7.00'],
    ],
    [
      'increases of one day are one',
      { '2024-07-24': 10, '2024-08-01T08:00Z': 11, '2024-08-01T09:00Z': 15 },
      '365',
      '2024-08',
      '2024-08',
      ['2024-08 PRORATION 2024-08-01/2025-07-24 1785.00'],
    ],
  ])('%s', (_, quantities, price, from, to, expected) => {
    expect(bill(timeline(YEARLY, quantities as unknown as Record<string, number>), eur(price), from, to)).toEqual(expected);
  });

  it('renews at the scheduled quantity, or not at all', () => {
    const end = { sequence: 1, effectiveAt: instant('2025-07-24'), effectiveOn: localDate('2025-07-24'), kind: 'RENEWAL' as const };
    expect(bill(timelineOf([...history(YEARLY, { '2024-07-24': 10 }), { ...end, renews: true, quantity: 4 }]), one, '2025-07')).toEqual([
      '2025-07 RECURRING 2025-07-24/2026-07-24 4.00',
    ]);
    expect(bill(timelineOf([...history(YEARLY, { '2024-07-24': 10 }), { ...end, renews: false }]), one, '2025-07', '2027-07')).toEqual([]);
  });

  it('rounds to the currency: 66 × 5,085.6 yen', () => {
    expect(bill(timeline(YEARLY, { '2024-08-28': 66 }), unitPrice('5085.6', 'JPY'), '2024-08')).toEqual(['2024-08 RECURRING 2024-08-28/2025-08-28 335650']);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyDay, anyMonth } from '../../test/builders.ts';
import { billingMonth, monthAfter, monthOf, parseBillingMonth } from './billing-month.ts';
import { addMonths, dayAt, isoDate, isTimeZone, localDate, monthsSince, parseLocalDate, startOfDay } from './local-date.ts';
import { containsDay, daysIn } from './period.ts';

describe('T1: days, months and zones', () => {
  it.each([
    // anchor, months later, the day
    ['2021-01-31', 1, '2021-02-28'],
    ['2021-01-31', 2, '2021-03-31'],
    ['2020-01-31', 1, '2020-02-29'],
    ['2024-02-29', 12, '2025-02-28'],
    ['2024-02-29', 48, '2028-02-29'],
    ['2021-05-15', -1, '2021-04-15'],
  ])('counts from the anchor: %s and %i months is %s', (anchor, months, expected) => {
    expect(isoDate(addMonths(localDate(anchor), months))).toBe(expected);
  });

  it.each([
    ['1970-01-01', 0],
    ['2021-05-01', 18748],
    ['2199-12-31', 84005],
  ])('numbers the days: %s is %i', (iso, day) => {
    expect(localDate(iso)).toBe(day);
    expect(isoDate(localDate(iso))).toBe(iso);
  });

  it.each(['2021-02-29', '2021-13-01', '2021-5-1', '20210501', '1969-12-31', '2200-01-01', '2021-05-01T00:00', ''])('refuses %j', (text) => {
    expect(parseLocalDate(text)).toBeUndefined();
    expect(() => localDate(text)).toThrow(RangeError);
  });

  it.each(['2021-00', '2021-13', '2021-5', '21-05', '2021-05-01'])('refuses the month %j', (text) => {
    expect(parseBillingMonth(text)).toBeUndefined();
  });

  it.each([
    // instant, zone, billing day
    ['2026-10-31T20:30:00Z', 'Europe/Athens', '2026-10-31'],
    ['2026-10-31T22:30:00Z', 'Europe/Athens', '2026-11-01'],
    ['2026-10-31T23:30:00+03:00', 'UTC', '2026-10-31'],
    ['2026-03-29T00:30:00Z', 'Europe/Berlin', '2026-03-29'],
    ['2026-01-01T04:59:59Z', 'America/New_York', '2025-12-31'],
    ['1969-12-31T23:59:59Z', 'UTC', '1969-12-31'],
  ])('puts %s in %s on %s', (at, zone, day) => {
    const days = Temporal.PlainDate.from(day).since('1970-01-01').days;
    expect(dayAt(Temporal.Instant.from(at).epochMilliseconds, zone)).toBe(days);
  });

  it.each([
    // some days begin at 01:00, and one never was
    ['2026-04-24', 'Africa/Cairo', '2026-04-23T22:00:00Z'],
    ['2026-03-29', 'Asia/Beirut', '2026-03-28T22:00:00Z'],
    ['2026-11-21', 'UTC', '2026-11-21T00:00:00Z'],
    ['2026-07-01', 'Europe/Berlin', '2026-06-30T22:00:00Z'],
  ])('begins %s in %s at %s', (day, zone, at) => {
    expect(startOfDay(localDate(day), zone)).toBe(Temporal.Instant.from(at).epochMilliseconds);
  });

  it('knows IANA zones and no others', () => {
    expect(['UTC', 'Europe/Athens', 'Asia/Kuwait'].map(isTimeZone)).toEqual([true, true, true]);
    expect(['Mars/Base', '', '+03:00', 'Europe/'].map(isTimeZone)).toEqual([false, false, false, false]);
  });

  it('each day lies in exactly one month, months meet without a gap', () => {
    fc.assert(
      fc.property(anyDay, anyMonth, (day, month) => {
        expect(containsDay(monthOf(day), day)).toBe(true);
        expect(monthAfter(month).start).toBe(month.end);
        expect(monthAfter(month, -1).end).toBe(month.start);
        expect(daysIn(month)).toBeGreaterThanOrEqual(28);
        expect(billingMonth(month.name)).toBe(month);
      }),
    );
  });

  it('a day’s first instant falls on that day, in every zone', () => {
    fc.assert(
      fc.property(anyDay, fc.constantFrom('UTC', 'Europe/Athens', 'Africa/Cairo', 'America/Havana', 'Pacific/Apia', 'Asia/Kolkata'), (day, zone) => {
        expect(dayAt(startOfDay(day, zone), zone)).toBe(day);
        expect(dayAt(startOfDay(day, zone) - 1, zone)).toBeLessThan(day);
      }),
    );
  });

  it('months since an anchor and months after it undo each other', () => {
    fc.assert(
      fc.property(anyDay, fc.integer({ min: 0, max: 400 }), (anchor, months) => {
        expect(monthsSince(anchor, addMonths(anchor, months))).toBe(months);
      }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { addDays, addMonths, dayAt, startOfDay } from './calendar.ts';

describe('the start of a day', () => {
  it.each([
    ['2026-05-11', 'UTC', '2026-05-11T00:00:00.000Z'],
    ['2026-05-11', 'Europe/Athens', '2026-05-10T21:00:00.000Z'],
    ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z'],
    ['2026-03-30', 'Europe/Berlin', '2026-03-29T22:00:00.000Z'],
    // Clocks go from 24:00 to 01:00: the day has no midnight.
    ['2026-04-24', 'Africa/Cairo', '2026-04-23T22:00:00.000Z'],
    ['2026-03-08', 'America/Havana', '2026-03-08T05:00:00.000Z'],
    ['2026-01-01', 'Asia/Kathmandu', '2025-12-31T18:15:00.000Z'],
    ['2026-01-01', 'Pacific/Kiritimati', '2025-12-31T10:00:00.000Z'],
  ])('%s in %s is %s', (day, zone, instant) => {
    expect(startOfDay(day, zone)).toBe(instant);
    expect(dayAt(instant, zone)).toBe(day);
    expect(dayAt(Date.parse(instant) - 1_000, zone)).toBe(addDays(day, -1));
  });

  it('does not exist where a zone skipped the day', () => {
    expect(() => startOfDay('2011-12-30', 'Pacific/Apia')).toThrow(RangeError);
  });
});

describe('arithmetic', () => {
  it.each([
    ['2024-02-28', 1, '2024-02-29'],
    ['2026-01-01', -1, '2025-12-31'],
  ])('%s and %i days is %s', (day, days, sum) => expect(addDays(day, days)).toBe(sum));

  it.each([
    ['2026-01', -1, '2025-12'],
    ['2026-11', 3, '2027-02'],
  ])('%s and %i months is %s', (month, months, sum) => expect(addMonths(month, months)).toBe(sum));
});

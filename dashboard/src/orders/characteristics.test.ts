import { describe, expect, it } from 'vitest';
import type { UserError } from '../platform/refusals.ts';
import { givenOf, lineIn, missingOf, refusedAt, refusedElsewhere, valuesOf, type Definition } from './characteristics.ts';

function defined(name: string, required: boolean): Definition {
  return { name, required, label: name, description: '', type: 'TEXT', minimum: null, maximum: null, choices: null, maxLength: null, example: '' };
}
const definitions = [defined('Seats', true), defined('Comment', false)];
const refused = (...path: string[]): UserError => ({ code: 'CHARACTERISTIC_INVALID', message: '', path, parameters: [] });

describe('values of a line', () => {
  it('are sent in the order of the plan, without blanks and without what the plan does not know', () => {
    expect(givenOf(definitions, { Comment: ' two words ', Domain: 'example.com', Seats: '25' })).toEqual([
      { name: 'Seats', value: '25' },
      { name: 'Comment', value: 'two words' },
    ]);
    expect(givenOf(definitions, { Seats: '  ' })).toEqual([]);
  });

  it('come back as they were given', () => {
    expect(valuesOf([{ name: 'Seats', value: '7' }])).toEqual({ Seats: '7' });
  });

  it('are missing while they are required and blank', () => {
    expect(missingOf(definitions, { Seats: ' ' })).toEqual(['Seats']);
    expect(missingOf(definitions, { Seats: '1' })).toEqual([]);
  });
});

describe('what was refused', () => {
  const sent = givenOf(definitions, { Seats: '0', Comment: 'x' });

  it.each([
    ['of a line that is changed', ['input', 'characteristics', '1', 'value'], 'Comment'],
    ['of a line of a new order', ['input', 'lines', '0', 'characteristics', '0', 'value'], 'Seats'],
  ])('is said beside its value: %s', (_, path, name) => {
    const refusals = [refused(...path)];
    expect(refusedAt(refusals, sent, name)).toEqual(refusals);
    expect(refusedElsewhere(refusals, sent)).toEqual([]);
  });

  it('is said elsewhere where no value is meant', () => {
    const refusals = [refused('input', 'planId'), refused('input', 'characteristics', '9', 'value')];
    expect(refusedElsewhere(refusals, sent)).toEqual(refusals);
  });

  it.each([
    [['lines', '2', 'planId'], 2],
    [['input', 'lines', '0'], 0],
    [['input', 'orderId'], undefined],
  ])('%j is about line %s', (path, line) => {
    expect(lineIn(refused(...path))).toBe(line);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aPlan } from '../../test/builders.ts';
import { decideConfiguration, isByUse, missingOf, SEATS, seatsOf, type Characteristic, type GivenValue } from './characteristics.ts';

const plan = aPlan({ sku: 'SMALL', minimum: 1, maximum: 49 });
const large = aPlan({ sku: 'LARGE', minimum: 50, maximum: 999 });
const tenant: Characteristic = {
  name: 'TenantDomain',
  label: 'Tenant domain',
  description: 'Where it lives.',
  type: 'DOMAIN',
  required: true,
  maxLength: 60,
  example: 'acme.onmicrosoft.com',
};
const contact: Characteristic = { ...tenant, name: 'Contact', type: 'EMAIL', required: false, maxLength: 40, example: 'ann@example.com' };
const region: Characteristic = { ...tenant, name: 'Region', type: 'CHOICE', required: false, choices: ['EU', 'US'], example: 'EU' };
const memo: Characteristic = { ...tenant, name: 'Memo', type: 'TEXT', required: false, maxLength: 10, example: 'lab' };
const days: Characteristic = { ...tenant, name: 'Days', type: 'INTEGER', required: false, minimum: 1, maximum: 30, example: '7' };
const all = [seatsOf(plan), tenant, contact, region, memo, days];

const decide = (...given: (readonly [string, string])[]) =>
  decideConfiguration(
    plan,
    all,
    given.map(([name, value]): GivenValue => ({ name, value })),
    [plan, large],
  );

describe('C3, O2: values of characteristics', () => {
  it.each([
    // given, kept
    [SEATS, '10', '10'],
    [SEATS, ' 007 ', '7'],
    [SEATS, '49', '49'],
    ['TenantDomain', 'Acme.OnMicrosoft.com', 'acme.onmicrosoft.com'],
    ['Contact', 'ann@example.com', 'ann@example.com'],
    ['Region', 'eu', 'EU'],
    ['Memo', '  lab  ', 'lab'],
    ['Days', '30', '30'],
  ])('%s %j is kept as %j', (name, value, kept) => {
    expect(decide([name, value])).toEqual({ allowed: true, value: { [name]: kept } });
  });

  it.each([
    // name, value, code, what the refusal says
    [SEATS, '50', 'QUANTITY_TOO_LARGE', { fittingPlans: 'LARGE', minimum: '1', maximum: '49' }],
    [SEATS, '0', 'QUANTITY_TOO_SMALL', { quantity: '0' }],
    [SEATS, '-3', 'QUANTITY_TOO_SMALL', { quantity: '-3' }],
    [SEATS, '1.5', 'CHARACTERISTIC_INVALID', { name: SEATS, value: '1.5', expected: 'a whole number from 1 to 49' }],
    [SEATS, '1e3', 'CHARACTERISTIC_INVALID', { value: '1e3' }],
    [SEATS, 'ten', 'CHARACTERISTIC_INVALID', { value: 'ten' }],
    ['TenantDomain', 'localhost', 'CHARACTERISTIC_INVALID', { expected: 'a domain name of at most 60 characters, such as acme.onmicrosoft.com' }],
    ['TenantDomain', `${'a'.repeat(64)}.example`, 'CHARACTERISTIC_INVALID', {}],
    ['Contact', 'ann@', 'CHARACTERISTIC_INVALID', { expected: 'an email address of at most 40 characters, such as ann@example.com' }],
    ['Region', 'MARS', 'CHARACTERISTIC_INVALID', { expected: 'one of EU, US' }],
    ['Memo', 'a\nb', 'CHARACTERISTIC_INVALID', { expected: '1 to 10 visible characters on one line, such as lab' }],
    ['Memo', '01234567890', 'CHARACTERISTIC_INVALID', {}],
    ['Days', '31', 'CHARACTERISTIC_INVALID', { expected: 'a whole number from 1 to 30' }],
    ['Color', 'red', 'CHARACTERISTIC_UNKNOWN', { plan: 'SMALL', name: 'Color', known: 'Seats, TenantDomain, Contact, Region, Memo, Days' }],
  ])('%s %j is refused: %s', (name, value, code, parameters) => {
    const decision = decide([name, value]);
    expect(decision).toMatchObject({
      allowed: false,
      refusals: [{ code, parameters, path: ['characteristics', '0', code.endsWith('UNKNOWN') ? 'name' : 'value'] }],
    });
  });

  it('says once that something is given twice, and all that is wrong at once', () => {
    const decision = decide([SEATS, '1'], ['Region', 'x'], [SEATS, '2']);
    expect(decision).toMatchObject({
      allowed: false,
      refusals: [{ code: 'CHARACTERISTIC_DUPLICATE', parameters: { name: SEATS, count: '2' } }, { code: 'CHARACTERISTIC_INVALID' }],
    });
  });

  it('takes an empty value for none, so a form can be saved before it is complete', () => {
    expect(decide([SEATS, ''], ['TenantDomain', ' '])).toEqual({ allowed: true, value: {} });
  });

  it.each([
    [{}, [SEATS, 'TenantDomain']],
    [{ Seats: '1' }, ['TenantDomain']],
    [{ Seats: '1', TenantDomain: 'a.example' }, []],
    [{ TenantDomain: 'a.example', Memo: 'x' }, [SEATS]],
  ])('of %j are missing %j', (configuration, missing) => {
    expect(missingOf(all, configuration as Record<string, string>)).toEqual(missing);
  });

  it('holds for any number of licenses: kept exactly within the band', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1_000, max: 1_000 }), (quantity) => {
        const decision = decide([SEATS, String(quantity)]);
        expect(decision.allowed).toBe(quantity >= 1 && quantity <= 49);
        if (decision.allowed) expect(decision.value).toEqual({ Seats: String(quantity) });
      }),
    );
  });

  it('holds for any text: what was kept is kept again as it is', () => {
    fc.assert(
      fc.property(fc.constantFrom(...all.map(({ name }) => name)), fc.string({ maxLength: 80, unit: 'grapheme' }), (name, value) => {
        const first = decide([name, value]);
        if (!first.allowed) return;
        const again = decide(...Object.entries(first.value).map(([key, kept]) => [key, kept] as const));
        expect(again).toEqual(first);
      }),
    );
  });
});

describe('C1, B4: what is charged by use', () => {
  it.each([
    ['CONSUMPTION', 'QUOTED', true],
    ['PAYG', 'CONSUMPTION', true],
    ['PAYG', 'QUOTED', false],
    ['MAX_OF_MONTH', 'QUOTED', false],
    ['YEARLY', 'QUOTED', false],
  ] as const)('%s of a %s product: %s', (policy, pricing, byUse) => {
    expect(isByUse({ policy }, pricing)).toBe(byUse);
  });
});

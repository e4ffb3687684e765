/** An enum object as type-graphql wants it, from a list of names: `{ OPEN: 'OPEN', CLOSED: 'CLOSED' }`. */
export function enumOf<const T extends readonly string[]>(names: T): { [K in T[number]]: K } {
  return Object.fromEntries(names.map((name) => [name, name])) as { [K in T[number]]: K };
}

/** `closeBillingPeriod` and `billing:close` as an enum value: `CLOSE_BILLING_PERIOD`, `BILLING_CLOSE`. */
export function enumName(name: string): string {
  return name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replaceAll(':', '_')
    .toUpperCase();
}

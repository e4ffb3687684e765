/** How Partner Center speaks: names in any case, its error body, its etags. */
import { isExactNumber } from '../frame/exact-number.ts';
import type { Reply } from '../frame/simulator.ts';

/** The vendor says no; becomes the error body that Partner Center sends. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;
  readonly data: readonly string[];

  constructor(status: number, code: string, description: string, data: readonly string[] = []) {
    super(description);
    this.status = status;
    this.code = code;
    this.data = data;
  }
}

export function errorReply({ status, code, message, data }: Refused): Reply {
  return { status, body: { code, description: message, data, source: 'PartnerFD' } };
}

/** A field by a path of names in any case: requests come in PascalCase as well as in camelCase. */
export function field(body: unknown, ...path: readonly string[]): unknown {
  let at = body;
  for (const name of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    const wanted = name.toLowerCase();
    at = Object.entries(at).find(([key]) => key.toLowerCase() === wanted)?.[1];
  }
  return at;
}

export function textField(body: unknown, ...path: readonly string[]): string | undefined {
  const value = field(body, ...path);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A number, also where it came as text. */
export function numberField(body: unknown, ...path: readonly string[]): number | undefined {
  const value = field(body, ...path);
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

export const etagOf = (id: string, version: number): string => Buffer.from(JSON.stringify({ id, version })).toString('base64');

export const withoutQuotes = (etag: string): string => etag.replace(/^(?:W\/)?"(.*)"$/, '$1');

export const iso = (at: number): string => new Date(at).toISOString();

/** The same with names that begin with a capital letter, as some of its answers have them. */
export function inPascalCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inPascalCase);
  if (typeof value !== 'object' || value === null || isExactNumber(value)) return value;
  const pascal = (name: string): string => (name.startsWith('pcTo') ? `PC${name.slice(2)}` : name.charAt(0).toUpperCase() + name.slice(1));
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [pascal(name), inPascalCase(inner)]));
}

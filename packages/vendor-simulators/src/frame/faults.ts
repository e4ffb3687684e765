/** What can go wrong with a call, on demand. */

export const FAULT_KINDS = [
  'TIMEOUT_BEFORE_COMMIT',
  'COMMIT_THEN_DROP',
  'COMMIT_THEN_500',
  'HTTP_429',
  'HTTP_500',
  'HTTP_502',
  'HTTP_503',
  'HTTP_504',
  'SLOW',
  'DUPLICATE_DELIVERY',
  'OUT_OF_ORDER_WEBHOOK',
  'STALE_READ',
  'TRUNCATED_JSON',
  'TOKEN_EXPIRED',
  'CERT_REJECTED',
  'PARTIAL_BATCH',
  'ASYNC_STUCK',
  'SCHEMA_DRIFT',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
  readonly kind: FaultKind;
  /** Milliseconds of `SLOW` and `STALE_READ`, or of a delay before any other fault. */
  readonly ms: number;
  /** Seconds of `HTTP_429`. */
  readonly retryAfter: number;
}

/** What a request is matched by. */
export interface Matched {
  readonly op: string;
  readonly aliases: readonly string[];
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

interface Rule {
  readonly op: string | undefined;
  readonly path: string | undefined;
  readonly header: Readonly<Record<string, string>>;
  /** Only the n-th request that matches the rest, counted from 1. */
  readonly nth: number | undefined;
  readonly fault: Fault;
  /** How often it still strikes. */
  left: number;
  seen: number;
}

/** The rules that are set, in order; the first that matches strikes. */
export class Faults {
  #rules: Rule[] = [];

  /**
   * Replaces the rules.
   * @param rules `{match: {op, nth, header, path}, fault, delayMs, ms, retryAfter, times}`, or a list of them; `times` 0 strikes for ever
   * @throws Error naming what is wrong with a rule
   */
  set(rules: unknown): number {
    const list = Array.isArray(rules) ? rules : listIn(rules);
    this.#rules = list.map((rule, index) => readRule(rule, index));
    return this.#rules.length;
  }

  strike(request: Matched): Fault | undefined {
    for (const rule of this.#rules) {
      if (rule.left === 0 || !matches(rule, request)) continue;
      rule.seen += 1;
      if (rule.nth !== undefined && rule.seen !== rule.nth) continue;
      rule.left -= 1;
      return rule.fault;
    }
    return undefined;
  }
}

function listIn(rules: unknown): unknown[] {
  if (typeof rules !== 'object' || rules === null) throw new Error('send a list of rules');
  for (const name of ['rules', 'faults'] as const) {
    const list = (rules as Record<string, unknown>)[name];
    if (Array.isArray(list)) return list;
  }
  return [rules];
}

function matches(rule: Rule, { op, aliases, path, headers }: Matched): boolean {
  if (rule.op !== undefined && rule.op !== op && !aliases.includes(rule.op)) return false;
  if (rule.path !== undefined && !path.includes(rule.path)) return false;
  return Object.entries(rule.header).every(([name, value]) => headers[name.toLowerCase()] === value);
}

function readRule(given: unknown, index: number): Rule {
  if (typeof given !== 'object' || given === null) throw new Error(`rule ${index} is not an object`);
  const { match = {}, fault, delayMs, ms, retryAfter, times } = given as Record<string, unknown>;
  // HTTP_429(57) is the same as HTTP_429 with retryAfter 57.
  const [, name, argument] = typeof fault === 'string' ? (/^(\w+?)(?:\((\d+)\))?$/.exec(fault) ?? []) : [];
  if (!FAULT_KINDS.includes(name as FaultKind)) throw new Error(`rule ${index}: fault is ${JSON.stringify(fault)}; known are ${FAULT_KINDS.join(', ')}`);
  const { op, nth, header = {}, path } = match as { op?: string; nth?: number; header?: Record<string, string>; path?: string };
  return {
    op,
    path,
    header,
    nth,
    fault: { kind: name as FaultKind, ms: Number(ms ?? delayMs ?? argument ?? 0), retryAfter: Number(retryAfter ?? argument ?? 1) },
    left: times === 0 ? Infinity : Number(times ?? 1),
    seen: 0,
  };
}

import { allow, refuse, type Decision } from '../refusal.ts';

/** @rule O1 */
export const ORDER_STATUSES = ['DRAFT', 'PENDING_APPROVAL', 'SUBMITTED', 'EXECUTING', 'COMPLETED', 'PARTIALLY_FAILED', 'FAILED', 'CANCELLED'] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

/** Through which door an order came. @rule O1 */
export const ORDER_CHANNELS = ['STOREFRONT', 'OPERATOR', 'API'] as const;
export type OrderChannel = (typeof ORDER_CHANNELS)[number];

/** @rule O2 O4 */
export const LINE_STATUSES = ['INCOMPLETE', 'COMPLETE', 'EXECUTING', 'COMPLETED', 'FAILED', 'CANCELLED'] as const;
export type LineStatus = (typeof LINE_STATUSES)[number];

/** The most lines that one order can have. */
export const MAX_LINES = 100;

const NEXT: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  DRAFT: ['SUBMITTED', 'PENDING_APPROVAL', 'CANCELLED'],
  PENDING_APPROVAL: ['SUBMITTED', 'CANCELLED'],
  SUBMITTED: ['EXECUTING', 'CANCELLED'],
  EXECUTING: ['COMPLETED', 'PARTIALLY_FAILED', 'FAILED'],
  COMPLETED: [],
  // What failed can be tried again.
  PARTIALLY_FAILED: ['EXECUTING'],
  FAILED: ['EXECUTING'],
  CANCELLED: [],
};

/** Whether an order may go from one status to another. @rule O1 */
export function mayFollow(from: OrderStatus, to: OrderStatus): boolean {
  return NEXT[from].includes(to);
}

/** Whether an order was executed already, so that executing it again means nothing. @rule O4 */
export function isExecuted(status: OrderStatus): boolean {
  return status === 'EXECUTING' || status === 'COMPLETED' || status === 'PARTIALLY_FAILED' || status === 'FAILED';
}

/** The little of an order that a decision about its status needs. */
export interface OrderStanding {
  readonly number: string;
  readonly status: OrderStatus;
}

/**
 * Whether something may be done to an order as it stands.
 * @param action in a few words, for the refusal: "a change of its lines"
 * @rule O1
 */
export function decideStatus({ number, status }: OrderStanding, action: string, allowed: readonly OrderStatus[]): Decision<void> {
  if (allowed.includes(status)) return allow(undefined);
  return refuse('ORDER_STATE_NOT_ALLOWED', { order: number, status, action, allowed: allowed.join(' or ') }, ['orderId']);
}

/**
 * Whether somebody may decide about an order that waits for approval: anyone but the one who placed it.
 * @rule O1 "(PENDING_APPROVAL)"
 */
export function decideApproval(order: OrderStanding & { readonly placedBy: string | undefined }, decider: string, action: string): Decision<void> {
  const standing = decideStatus(order, action, ['PENDING_APPROVAL']);
  if (!standing.allowed) return standing;
  return order.placedBy === decider ? refuse('APPROVAL_OF_OWN_REQUEST', { order: order.number }, ['orderId']) : allow(undefined);
}

/**
 * What an executed order is, by its lines.
 * @throws RangeError for a line that was never executed: the caller is wrong
 * @rule O1 "EXECUTING → COMPLETED | PARTIALLY_FAILED | FAILED"
 */
export function statusOfLines(lines: readonly LineStatus[]): OrderStatus {
  if (lines.some((line) => line !== 'EXECUTING' && line !== 'COMPLETED' && line !== 'FAILED')) throw new RangeError('a line that was not executed');
  if (lines.includes('EXECUTING')) return 'EXECUTING';
  if (!lines.includes('FAILED')) return 'COMPLETED';
  return lines.includes('COMPLETED') ? 'PARTIALLY_FAILED' : 'FAILED';
}

/** One line that is not complete. */
export interface IncompleteLine {
  /** From 1, as people count. */
  readonly position: number;
  readonly sku: string;
  readonly missing: readonly string[];
}

/** Whether an order can be submitted as far as its lines go. @rule O2 "the error lists lines and characteristics" */
export function decideComplete(order: OrderStanding, lineCount: number, incomplete: readonly IncompleteLine[]): Decision<void> {
  if (lineCount === 0) return refuse('ORDER_EMPTY', { order: order.number }, ['orderId']);
  if (incomplete.length === 0) return allow(undefined);
  const lines = incomplete.map(({ position, sku, missing }) => `line ${position} (${sku}) lacks ${missing.join(', ')}`).join('; ');
  return refuse('ORDER_INCOMPLETE', { order: order.number, lines }, ['orderId']);
}

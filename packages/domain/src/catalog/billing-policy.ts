/** How a plan turns what was held, or used, into charges. @rule B1 B2 B3 B4 */
export const BILLING_POLICIES = ['MAX_OF_MONTH', 'PAYG', 'YEARLY', 'CONSUMPTION'] as const;
export type BillingPolicy = (typeof BILLING_POLICIES)[number];

/** Whose months a PAYG plan is charged by. @rule B2 */
export const BILLING_CYCLES = ['CALENDAR', 'ANNIVERSARY'] as const;
export type BillingCycle = (typeof BILLING_CYCLES)[number];

/** Which quantity of a day with changes counts: the last one, or the largest. @rule B */
export const DAILY_QUANTITIES = ['CLOSING', 'PEAK'] as const;
export type DailyQuantity = (typeof DAILY_QUANTITIES)[number];

interface PolicyTraits {
  /** May the quantity go down at any time? */
  readonly decreases: boolean;
  /** May the subscription move to another plan of its product? */
  readonly switches: boolean;
  /** Months of a term that renews; undefined for endless ones. */
  readonly termMonths: number | undefined;
  readonly cycles: readonly BillingCycle[];
}

export const POLICY_TRAITS: Readonly<Record<BillingPolicy, PolicyTraits>> = {
  MAX_OF_MONTH: { decreases: true, switches: false, termMonths: undefined, cycles: ['CALENDAR'] },
  PAYG: { decreases: true, switches: true, termMonths: undefined, cycles: ['CALENDAR', 'ANNIVERSARY'] },
  YEARLY: { decreases: false, switches: false, termMonths: 12, cycles: ['CALENDAR'] },
  // What is held costs nothing; what was used comes in the vendor's monthly file.
  CONSUMPTION: { decreases: true, switches: true, termMonths: undefined, cycles: ['CALENDAR'] },
};

/** How a plan is billed; everything the engine needs to know of it apart from prices. @rule C3 */
export interface PlanTerms {
  readonly policy: BillingPolicy;
  readonly cycle: BillingCycle;
  readonly dailyQuantity: DailyQuantity;
}

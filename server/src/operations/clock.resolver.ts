import { addMonths, isoDate } from '@cloudtill/domain/calendar/local-date';
import { refuse } from '@cloudtill/domain/refusal';
import { Arg, Ctx, Field, InputType, Mutation, ObjectType, Resolver } from 'type-graphql';
import type { RequestContext } from '../platform/context.ts';
import { Needs } from '../platform/needs.ts';
import { DateTime } from '../platform/scalars.ts';
import { toUserErrors, UserError } from '../platform/user-error.type.ts';
import { applyDueChanges } from '../subscriptions/apply-due.ts';

/** The longest step; longer ones are taken in several. */
const MAX_MONTHS = 60;

@InputType({ description: 'Where to move the clock.' })
class AdvanceClockInput {
  @Field(() => DateTime, { description: 'The instant that it shall be; after the one that it is.' })
  to!: number;
}

@ObjectType({ description: 'What advanceClock answers.' })
class AdvanceClockPayload {
  @Field(() => DateTime, { description: 'The instant that it is now.' })
  now!: Date;

  @Field(() => [UserError], { description: 'Why it was refused.' })
  userErrors!: UserError[];
}

/** In production this resolver is not part of the schema. @rule T2 */
@Resolver()
export class ClockResolver {
  @Needs('clock:advance')
  @Mutation(() => AdvanceClockPayload, {
    description: 'Sandbox only: moves the system’s clock forward. What is due until then happens as it would have by itself.',
  })
  async advanceClock(
    @Arg('input', () => AdvanceClockInput, { description: 'To when.' }) { to }: AdvanceClockInput,
    @Ctx() { app }: RequestContext,
  ): Promise<AdvanceClockPayload> {
    const { clock } = app;
    const now = clock.now();
    const latest = addMonths(clock.today(), MAX_MONTHS);
    const answer = (no: ReturnType<typeof refuse>): AdvanceClockPayload => ({ now: clock.date(), userErrors: no.allowed ? [] : toUserErrors(no.refusals) });
    const facts = { now: new Date(now).toISOString(), to: new Date(to).toISOString() };
    if (to <= now) return answer(refuse('CLOCK_BACKWARD', facts, ['to']));
    if (clock.dayAt(to) > latest) return answer(refuse('CLOCK_TOO_FAR', { ...facts, months: MAX_MONTHS, latest: isoDate(latest) }, ['to']));
    await clock.moveTo(to);
    await applyDueChanges(app);
    return { now: clock.date(), userErrors: [] };
  }
}

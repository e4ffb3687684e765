import type { LocalDate } from '@cloudtill/domain/calendar/local-date';
import { Field, ID, InputType } from 'type-graphql';
import { DateOnly } from '../platform/scalars.ts';

const KEY = 'The same key and body again give the stored answer; the same key with another body is refused. 8 to 200 visible ASCII characters.';

@InputType({ description: 'Which plan shall follow a legacy plan.' })
class MigrationMappingInput {
  @Field(() => ID, { description: 'The `MAX_OF_MONTH` plan.' })
  fromPlanId!: string;

  @Field(() => ID, { description: 'The `PAYG` plan of the same product, on offer and charged by the calendar month.' })
  toPlanId!: string;
}

@InputType({ description: 'What to plan.' })
export class PlanMigrationInput {
  @Field(() => String, { description: 'Code of the vendor, such as `KASPERSKY`.' })
  vendor!: string;

  @Field(() => DateOnly, { nullable: true, description: 'The first day of a month, today or later; the next possible one where left out.' })
  effectiveOn?: LocalDate | null;

  @Field(() => [MigrationMappingInput], { nullable: true, description: 'Successors of plans; for those left out the only fitting plan is taken.' })
  mapping?: MigrationMappingInput[] | null;

  @Field(() => String, { description: KEY })
  idempotencyKey!: string;
}

@InputType({ description: 'Which migration to run.' })
export class RunMigrationInput {
  @Field(() => ID, { description: 'Its id.' })
  migrationId!: string;

  @Field(() => String, { description: KEY })
  idempotencyKey!: string;
}

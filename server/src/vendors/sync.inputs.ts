import type { SyncRole } from '@cloudtill/domain/accounts/provisioning-sync';
import { Field, ID, InputType } from 'type-graphql';
import { SyncRoleEnum } from './sync.type.ts';

@InputType({ description: 'A value that a vendor wants, by name.' })
export class ParameterInput {
  @Field(() => String, { description: 'As the definition names it, such as `Domain`.' })
  name!: string;

  @Field(() => String, { description: 'Its value; empty to take it away.' })
  value!: string;
}

@InputType({ description: 'What an account is to a vendor’s platform. What is left out stays as it is.' })
export class SetSyncOptionsInput {
  @Field(() => ID, { description: 'Which account.' })
  accountId!: string;

  @Field(() => String, { description: 'Which platform, such as `KORM`, or the code of its vendor.' })
  platform!: string;

  @Field(() => ID, { nullable: true, description: 'The reseller that serves the account; null for a direct one.' })
  parentAccountId?: string | null;

  @Field(() => String, { nullable: true, description: 'Receives the license keys.' })
  email?: string | null;

  @Field(() => SyncRoleEnum, { nullable: true, description: 'RESELLER for a reseller account, USER for all others.' })
  role?: SyncRole | null;

  @Field(() => String, { nullable: true, description: 'The PIN that the vendor gave a reseller; its own on each platform.' })
  resellerPin?: string | null;

  @Field(() => [ParameterInput], { nullable: true, description: 'All values that the vendor wants beyond these; see `definitions`.' })
  parameters?: ParameterInput[] | null;
}

@InputType({ description: 'Which account to make known on which platform.' })
export class SynchronizeAccountInput {
  @Field(() => ID, { description: 'Which account.' })
  accountId!: string;

  @Field(() => String, { description: 'Which platform, such as `KORM`, or the code of its vendor.' })
  platform!: string;

  @Field(() => String, { description: 'Chosen by the caller; a retry with the same key gets the same answer.' })
  idempotencyKey!: string;
}

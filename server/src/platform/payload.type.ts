import { Field, ObjectType, type ClassType } from 'type-graphql';

import type { Result } from './use-case.ts';
import { toUserErrors, UserError } from './user-error.type.ts';

type ReturnTypeFunc = () => ClassType | object;

interface PayloadField {
  readonly type: ReturnTypeFunc;
  readonly description: string;
  /** Set for what is there even where the mutation was refused. */
  readonly required?: boolean;
}

export interface Payload {
  readonly userErrors: UserError[];
  readonly replayed: boolean;
}

/**
 * What a mutation answers: what it changed, null where it was refused, and why.
 * @param name the mutation with a capital letter
 */
export function payloadOf(name: string, fields: Readonly<Record<string, PayloadField>>): ClassType {
  @ObjectType(`${name}Payload`, { description: `What ${name[0]!.toLowerCase()}${name.slice(1)} answers.` })
  class PayloadType implements Payload {
    @Field(() => [UserError], { description: 'Why it was refused; empty where it was done.' })
    userErrors!: UserError[];

    @Field(() => Boolean, { description: 'Whether this is the stored answer to an earlier request with the same idempotency key.' })
    replayed!: boolean;
  }
  for (const [field, { type, description, required = false }] of Object.entries(fields))
    Field(type as never, { nullable: !required, description })(PayloadType.prototype, field);
  return PayloadType;
}

/** A payload of a use case's result; `show` reads what it changed. */
export async function toPayload<T>(result: Result<T>, show: (value: T) => Promise<object>): Promise<Payload> {
  const answer: Payload = { userErrors: toUserErrors(result.refusals), replayed: result.replayed };
  return result.value === undefined ? answer : { ...answer, ...(await show(result.value)) };
}

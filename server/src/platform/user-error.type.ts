import { REFUSALS, refusalMessage, type Refusal, type RefusalCode as Code } from '@cloudtill/domain/refusal';
import { Field, ObjectType, registerEnumType } from 'type-graphql';

/** The one table of refusals, as an enum whose descriptions come from it. */
export const RefusalCode = Object.fromEntries(Object.keys(REFUSALS).map((code) => [code, code])) as { [K in Code]: K };
registerEnumType(RefusalCode, {
  name: 'RefusalCode',
  description: 'Why the business said no.',
  valuesConfig: Object.fromEntries(Object.entries(REFUSALS).map(([code, { meaning }]) => [code, { description: meaning }])),
});

@ObjectType({ description: 'One fact of a refusal, so that a screen can say it in its own language.' })
export class ErrorParameter {
  @Field(() => String, { description: 'What it is, such as `maximum`.' })
  name!: string;

  @Field(() => String, { description: 'Its value as text, such as `49`.' })
  value!: string;
}

@ObjectType({ description: 'A refusal: what was wrong, where, and what would be right. Nothing was changed.' })
export class UserError {
  @Field(() => RefusalCode, { description: 'Stable; decide by this.' })
  code!: Code;

  @Field(() => String, { description: 'The same as an English sentence.' })
  message!: string;

  @Field(() => [String], { description: 'Where in the input, from the outside in, such as `["input", "quantity"]`. Empty where it concerns the whole.' })
  path!: readonly string[];

  @Field(() => [ErrorParameter], { description: 'The facts of the sentence.' })
  parameters!: ErrorParameter[];
}

/** A refusal as the API shows it. Rules name a place in their own arguments, so the place in the input begins with `input`. */
export function toUserError(refusal: Refusal): UserError {
  const { code, path, parameters } = refusal;
  return {
    code,
    message: refusalMessage(refusal),
    path: path.length === 0 || path[0] === 'input' ? path : ['input', ...path],
    parameters: Object.entries(parameters).map(([name, value]) => ({ name, value })),
  };
}

export const toUserErrors = (refusals: readonly Refusal[]): UserError[] => refusals.map(toUserError);

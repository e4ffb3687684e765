import { CHARACTERISTIC_TYPES, type Characteristic } from '@cloudtill/domain/catalog/characteristics';
import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { enumOf } from '../platform/enum.ts';
import { computed, extendShape, parseJson } from '../platform/look-ahead.ts';
import { planShape } from './catalog.type.ts';
import { orderedPlanSql } from './characteristics.ts';

const CharacteristicTypeEnum = enumOf(CHARACTERISTIC_TYPES);
registerEnumType(CharacteristicTypeEnum, {
  name: 'CharacteristicType',
  description: 'Which values a characteristic takes.',
  valuesConfig: {
    INTEGER: { description: 'A whole number.' },
    TEXT: { description: 'A text on one line.' },
    EMAIL: { description: 'An email address.' },
    DOMAIN: { description: 'A domain name.' },
    CHOICE: { description: 'One of some values.' },
  },
});

@ObjectType('Characteristic', { description: 'Something that has to be, or can be, decided when a plan is ordered.' })
export class CharacteristicDefinition {
  @Field(() => String, { description: 'Names it in inputs, such as `Seats`.' })
  name!: string;

  @Field(() => String, { description: 'What to call it on a screen.' })
  label!: string;

  @Field(() => String, { description: 'What it is for.' })
  description!: string;

  @Field(() => CharacteristicTypeEnum, { description: 'Which values it takes.' })
  type!: string;

  @Field(() => Boolean, { description: 'Whether an order cannot be placed without it.' })
  required!: boolean;

  @Field(() => Int, { nullable: true, description: 'The smallest number; null for other types.' })
  minimum!: number | null;

  @Field(() => Int, { nullable: true, description: 'The largest number; null for other types.' })
  maximum!: number | null;

  @Field(() => [String], { nullable: true, description: 'The values to choose from; null for other types.' })
  choices!: readonly string[] | null;

  @Field(() => Int, { nullable: true, description: 'The most characters; null for numbers and choices.' })
  maxLength!: number | null;

  @Field(() => String, { description: 'A value that would do.' })
  example!: string;
}

export function toDefinition({
  name,
  label,
  description,
  type,
  required,
  minimum,
  maximum,
  choices,
  maxLength,
  example,
}: Characteristic): CharacteristicDefinition {
  const isText = type !== 'INTEGER' && type !== 'CHOICE';
  return {
    name,
    label,
    description,
    type,
    required,
    minimum: minimum ?? null,
    maximum: maximum ?? null,
    choices: choices ?? null,
    maxLength: isText ? (maxLength ?? null) : null,
    example,
  };
}

extendShape(planShape, {
  characteristics: computed(
    (alias) => [orderedPlanSql(`${alias}.id`)],
    ([plan]) => parseJson(plan),
  ),
});

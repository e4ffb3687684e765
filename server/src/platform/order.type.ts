import { Field, InputType, registerEnumType, type ClassType } from 'type-graphql';
import { enumOf } from './enum.ts';
import type { Order } from './look-ahead.ts';

export const OrderDirection = enumOf(['ASC', 'DESC']);
registerEnumType(OrderDirection, {
  name: 'OrderDirection',
  description: 'Which end of an order comes first.',
  valuesConfig: { ASC: { description: 'Smallest, earliest or A first.' }, DESC: { description: 'Largest, latest or Z first.' } },
});

export interface OrderInput {
  readonly field: string;
  readonly direction: 'ASC' | 'DESC' | null;
}

/** An `orderBy` argument over named columns. Each order ends in the primary key. */
export function orderInputOf(name: string, fields: Readonly<Record<string, string>>): ClassType<OrderInput> {
  const names = enumOf(Object.keys(fields));
  registerEnumType(names, {
    name: `${name}OrderField`,
    description: `What ${name} lists can be ordered by.`,
    valuesConfig: Object.fromEntries(Object.entries(fields).map(([field, description]) => [field, { description }])),
  });

  @InputType(`${name}OrderInput`, { description: `How to order a ${name} list.` })
  class Input implements OrderInput {
    @Field(() => names, { description: 'By what.' })
    field!: string;

    @Field(() => OrderDirection, { nullable: true, defaultValue: 'ASC', description: 'From which end.' })
    direction!: 'ASC' | 'DESC' | null;
  }
  return Input;
}

/** The order that was asked for, or the list's own. */
export function orderOf(asked: OrderInput | null | undefined, known: Readonly<Record<string, Order['columns']>>, otherwise: OrderInput): Order {
  const { field, direction } = asked ?? otherwise;
  return { name: field, columns: known[field]!, direction: direction === 'DESC' ? 'desc' : 'asc' };
}

/** Where a reading goes on. Whoever keeps it cannot read it, and it goes on with nothing but the question it was given for. */
import { z } from 'zod';
import { rejected, succeeded, type Reading } from '../vendor.ts';

/** What a question is told from others by. */
type Question = readonly string[];

export const CHANGED = rejected('CONCURRENCY', 'it changed since its first page was read, and has to be read from the start');
const NOT_OURS = rejected('VALIDATION', 'the place to go on from was not given for this question');

export const placeAt = (question: Question, place: object): string => Buffer.from(JSON.stringify({ question, place })).toString('base64url');

export function placeIn<T>(after: string, question: Question, schema: z.ZodType<T>): Reading<T> {
  const { data } = z.object({ question: z.array(z.string()), place: schema }).safeParse(parsed(after));
  return data && JSON.stringify(data.question) === JSON.stringify(question) ? succeeded(data.place) : NOT_OURS;
}

function parsed(after: string): unknown {
  try {
    return JSON.parse(Buffer.from(after, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

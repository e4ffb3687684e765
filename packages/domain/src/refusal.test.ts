import { describe, expect, it } from 'vitest';
import { REFUSALS, refusal, refusalMessage, type RefusalCode } from './refusal.ts';

describe('refusals', () => {
  it('say what was wrong and what would be right, with the facts filled in', () => {
    const no = refusal('QUANTITY_TOO_LARGE', { quantity: 60, plan: 'KES-1-49', maximum: 49, fitting: '; plans that fit: KES-50-249' }, ['quantity']);
    expect(refusalMessage(no)).toBe('quantity 60 is above 49, the most that KES-1-49 allows; plans that fit: KES-50-249');
    expect(no.path).toEqual(['quantity']);
  });

  it.each(Object.keys(REFUSALS) as RefusalCode[])('%s has a sentence and a meaning', (code) => {
    const { message, meaning } = REFUSALS[code];
    expect(code).toMatch(/^[A-Z][A-Z_]+$/);
    expect(message.length).toBeGreaterThan(15);
    expect(meaning).toMatch(/^[A-Z].*\.$/);
  });
});

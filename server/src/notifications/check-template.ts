/** Whether a template can become a mail, asked before it is kept: one that cannot would be noticed when nobody looks. */
import { refusal, type Refusal } from '@cloudtill/domain/refusal';
import Mustache from 'mustache';
import { MAX_NAME, TextCheck } from '../platform/text.ts';
import { SAMPLES, SECRET_PLACEHOLDERS, type MailLocale, type MailTemplate, type TemplateTexts } from './mail-data.ts';
import { compile } from './render-mail.ts';

const MAX_BODY = 50_000;

type Field = keyof TemplateTexts;
type Token = [kind: string, value: string, start: number, end: number, inner?: Token[]];

/** Everything that is wrong, in the order in which it stands there. */
export async function problemsOf(code: MailTemplate, locale: MailLocale, texts: TemplateTexts): Promise<Refusal[]> {
  const check = new TextCheck();
  check.line('subject', texts.subject, MAX_NAME);
  const problems: Refusal[] = [...check.refusals];
  const view = sampleOf(code);
  for (const field of ['subject', 'body', 'textBody'] as const) problems.push(...problemsOfTags(field, texts[field], view));
  for (const field of ['body', 'textBody'] as const)
    if (texts[field].trim() === '' || texts[field].length > MAX_BODY)
      problems.push(refusal('TEMPLATE_INVALID', { field, problem: `it must have 1 to ${MAX_BODY} characters` }, [field]));
  if (problems.length > 0) return problems;
  return problemsOfMarkup(texts.body, locale);
}

/** What a template may speak of: an example of everything. */
export function sampleOf(code: MailTemplate): Record<string, unknown> {
  return { ...SAMPLES[code], provider: { name: 'Northwind Distribution' } };
}

/** All placeholders by their paths, such as `customer.name` and, within `lines`, `lines.sku`. */
export function placeholdersOf(code: MailTemplate): string[] {
  const paths = (value: unknown, path: string): string[] => {
    if (Array.isArray(value)) return [path, ...paths(value[0], path).slice(1)];
    if (typeof value !== 'object' || value === null) return [path];
    return [path, ...Object.entries(value).flatMap(([name, inner]) => paths(inner, path === '' ? name : `${path}.${name}`))];
  };
  return paths(sampleOf(code), '').filter((path) => path !== '');
}

function problemsOfTags(field: Field, template: string, view: Record<string, unknown>): Refusal[] {
  let tokens: Token[];
  try {
    tokens = Mustache.parse(template) as unknown as Token[];
  } catch (error) {
    return [refusal('TEMPLATE_INVALID', { field, problem: (error as Error).message }, [field])];
  }
  const problems: Refusal[] = [];
  const invalid = (problem: string): void => void problems.push(refusal('TEMPLATE_INVALID', { field, problem }, [field]));
  const walk = (inner: readonly Token[], contexts: readonly unknown[]): void => {
    for (const [kind, name, , , body] of inner) {
      if (kind === 'text' || kind === '!') continue;
      if (kind === '>' || kind === '=') invalid(`{{${kind} …}} is not possible here`);
      else if (kind === '&') invalid(`{{${name}}} would be put in as HTML; write it with two braces`);
      else if (field === 'subject' && SECRET_PLACEHOLDERS.includes(name)) invalid(`{{${name}}} may not stand in the subject, which everybody sees`);
      else {
        const found = lookUp(name, contexts);
        if (found === undefined) {
          const known = [...new Set(contexts.flatMap(namesIn))].sort().join(', ');
          problems.push(refusal('TEMPLATE_PLACEHOLDER_UNKNOWN', { field, placeholder: name, known }, [field]));
        } else if (kind === 'name' && typeof found === 'object') invalid(`{{${name}}} is not a text; take one of ${namesIn(found).join(', ')} out of it`);
        if (body) walk(body, kind === '#' && typeof found === 'object' ? [Array.isArray(found) ? found[0] : found, ...contexts] : contexts);
      }
    }
  };
  walk(tokens, [view]);
  return problems;
}

/** As Mustache looks: the first part in the nearest context that has it, the rest below it. */
function lookUp(name: string, contexts: readonly unknown[]): unknown {
  if (name === '.') return contexts[0];
  const [first, ...rest] = name.split('.');
  let found = contexts.map((context) => own(context, first!)).find((value) => value !== undefined);
  for (const part of rest) found = own(found, part);
  return found;
}

const own = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
const namesIn = (value: unknown): string[] => (typeof value === 'object' && value !== null ? Object.keys(Array.isArray(value) ? value[0] : value) : []);

async function problemsOfMarkup(body: string, locale: MailLocale): Promise<Refusal[]> {
  const invalid = (problem: string): Refusal => refusal('TEMPLATE_MJML_INVALID', { problem }, ['body']);
  if (/<mj-include\b/i.test(body)) return [invalid('mj-include is not possible here')];
  if (/<\/?(mjml|mj-head|mj-body)\b/i.test(body)) return [invalid('write the sections only; mjml, mj-head and mj-body are put around them')];
  let html: string;
  let errors: readonly string[];
  try {
    ({ html, errors } = await compile(body, locale));
  } catch (error) {
    return [invalid((error as Error).message.split('\n')[0]!)];
  }
  if (errors.length > 0) return errors.map(invalid);
  // MJML drops text where it expects an element, and with it half of a condition.
  const lost = tagsIn(body).filter((tag) => !html.includes(tag));
  if (lost.length > 0) return [invalid(`${lost[0]} stands between elements, where MJML drops it; put it within mj-text, mj-table or mj-raw`)];
  try {
    Mustache.parse(html);
  } catch (error) {
    return [invalid((error as Error).message)];
  }
  return [];
}

const tagsIn = (template: string): string[] => template.match(/\{\{[^{}]+\}\}/g) ?? [];

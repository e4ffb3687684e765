/** From a template and what it is about to a mail: MJML is compiled once for each text, then Mustache fills it in. */
import Mustache from 'mustache';
import { framed, framedText } from './frame.ts';
import type { MailLocale, TemplateTexts } from './mail-data.ts';

/** Templates that were compiled, by their text: a change of a template is another one. */
const compiled = new Map<string, Compiled>();
const MAX_COMPILED = 100;
const MAX_SUBJECT = 255;

export interface RenderedMail {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

export interface Compiled {
  readonly html: string;
  /** What MJML says is wrong; the HTML may then lack something. */
  readonly errors: readonly string[];
}

/** @param data what Mustache finds; see {@link MailData}, with the provider beside it */
export async function renderMail(texts: TemplateTexts, data: object, locale: MailLocale): Promise<RenderedMail> {
  const { html } = await compile(texts.body, locale);
  return {
    subject: oneLine(fill(texts.subject, data)).slice(0, MAX_SUBJECT),
    html: fill(html, data, Mustache.escape),
    text: fill(framedText(texts.textBody, locale), data),
  };
}

/** HTML with Mustache still in it. */
export async function compile(body: string, locale: MailLocale): Promise<Compiled> {
  const document = framed(body, locale);
  const known = compiled.get(document);
  if (known) return known;
  // Loaded when the first mail is written: it takes half a second and 90 MB, which most processes never need.
  const { default: mjml2html } = await import('mjml');
  // Includes would read files of this machine; fonts would be fetched from a third party whenever somebody opens a mail.
  const { html, errors } = await mjml2html(document, { validationLevel: 'soft', ignoreIncludes: true, keepComments: false, fonts: {} });
  const made = { html, errors: errors.map(({ message, line }) => `${message} (line ${Math.max(1, line - FIRST_LINE)})`) };
  if (compiled.size >= MAX_COMPILED) compiled.clear();
  compiled.set(document, made);
  return made;
}

/** Lines of the frame before the template's own. */
const FIRST_LINE = framed('\u0000', 'en').split('\u0000')[0]!.split('\n').length - 1;

function fill(template: string, data: object, escape: (value: string) => string = String): string {
  return new Mustache.Writer().render(template, data, undefined, { escape });
}

/** A header's value: whatever would begin another header becomes a space. */
export function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
}

/**
 * The schema's scalars. Input is read strictly: a form that is almost right is refused with the right form in the
 * text. Output passes through, since what comes from the database has the form already.
 */
import { isoDate, parseLocalDate, type LocalDate } from '@cloudtill/domain/calendar/local-date';
import { GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { requestError } from './errors.ts';

interface ScalarText<T> {
  readonly name: string;
  readonly description: string;
  readonly specifiedByURL: string;
  /** What the text means; undefined where it has another form. */
  readonly read: (text: string) => T | undefined;
  /** The accepted form, for the refusal. */
  readonly form: string;
  readonly write?: (value: unknown) => unknown;
}

function scalar<T>({ name, description, specifiedByURL, read, form, write = String }: ScalarText<T>): GraphQLScalarType<T, unknown> {
  const accept = (given: unknown): T => {
    const meant = typeof given === 'string' ? read(given) : undefined;
    if (meant !== undefined) return meant;
    const shown = JSON.stringify(given) ?? 'nothing';
    throw requestError('BAD_USER_INPUT', `${shown.length > 60 ? `${shown.slice(0, 60)}…` : shown} is no ${name}: it must be ${form}`);
  };
  return new GraphQLScalarType<T, unknown>({
    name,
    description,
    specifiedByURL,
    serialize: (value) => (typeof value === 'string' ? value : write(value)),
    parseValue: accept,
    parseLiteral: (node: ValueNode) => accept(node.kind === Kind.STRING ? node.value : 'value' in node ? `${node.kind} ${String(node.value)}` : node.kind),
  });
}

const INSTANT = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;
const [EARLIEST, LATEST] = [Date.parse('1970-01-01T00:00:00Z'), Date.parse('2200-01-01T00:00:00Z')];

/** An instant in milliseconds; undefined for another form, a day or hour that is not, or one outside 1970 to 2199. */
export function readInstant(text: string): number | undefined {
  if (!INSTANT.test(text) || parseLocalDate(text.slice(0, 10)) === undefined || text.slice(17, 19) > '59' || text.slice(11, 13) > '23') return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) || at < EARLIEST || at >= LATEST ? undefined : at;
}

export const DateTime = scalar<number>({
  name: 'DateTime',
  description: 'An instant as RFC 3339 has it. In: with an offset or `Z`, such as `2026-05-11T10:00:00+02:00`. Out: always in `Z`.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time',
  read: readInstant,
  form: 'an RFC 3339 instant with an offset, such as "2026-05-11T10:00:00Z"',
  write: (value) => new Date(value as number | Date).toISOString(),
});

export const DateOnly = scalar<LocalDate>({
  name: 'Date',
  description: 'A calendar day without a time zone, such as `2026-05-11`. It is a day in the billing time zone.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/local-date',
  read: parseLocalDate,
  form: 'a day that exists, such as "2026-05-11"',
  write: (value) => isoDate(value as LocalDate),
});

const DECIMAL = /^-?\d{1,15}(\.\d{1,12})?$/;

export const Decimal = scalar<string>({
  name: 'Decimal',
  description:
    'An exact decimal number as a string, such as `"22614.68"`: never a float. Amounts have exactly the decimals of their currency, unit prices six.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259#section-6',
  read: (text) => (DECIMAL.test(text) ? text : undefined),
  form: 'a string of a plain decimal number, such as "51.93"',
});

/** Texts whose meaning is checked by the use case, so that a wrong one is a refusal with a code. */
function code(name: string, description: string, specifiedByURL: string, form: string): GraphQLScalarType<string, unknown> {
  return scalar<string>({ name, description, specifiedByURL, form, read: (text) => (text.length <= 200 ? text : undefined) });
}

export const CurrencyCode = code(
  'CurrencyCode',
  'An ISO 4217 currency code in capitals, such as `EUR`.',
  'https://www.iso.org/iso-4217-currency-codes.html',
  'an ISO 4217 code, such as "EUR"',
);
export const CountryCode = code(
  'CountryCode',
  'An ISO 3166-1 alpha-2 country code in capitals, such as `DE`.',
  'https://www.iso.org/iso-3166-country-codes.html',
  'an ISO 3166-1 code, such as "DE"',
);
export const TimeZone = code(
  'TimeZone',
  'A name from the IANA time zone database, such as `Europe/Athens`.',
  'https://www.iana.org/time-zones',
  'an IANA zone, such as "Europe/Athens"',
);
export const Locale = code(
  'Locale',
  'A language tag of BCP 47, such as `en` or `de-CH`.',
  'https://www.rfc-editor.org/info/bcp47',
  'a language tag, such as "en"',
);
export const EmailAddress = code(
  'EmailAddress',
  'An email address, such as `ann@example.com`.',
  'https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address',
  'an email address',
);

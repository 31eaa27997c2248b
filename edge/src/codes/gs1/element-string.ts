import type { CalendarDate } from '../calendar-date.ts';
import { hasValidCheckDigit } from '../check-digit.ts';
import { readGs1Date } from './dates.ts';
import { type Component, IDENTIFIERS, type Identifier } from './identifiers.ts';

/** One application identifier with its value, as read from a symbol. */
export interface Gs1Element {
  readonly ai: string;
  readonly title: string;
  /** As in the symbol. */
  readonly value: string;
  /** Of an AI that is a date. */
  readonly date?: CalendarDate;
  /** Of an AI with decimals. */
  readonly amount?: number;
}

/** Why an element string cannot be read on, from which place (0 is the first character behind the symbology identifier). */
export interface Gs1Problem {
  readonly code:
    | 'unknown_identifier'
    | 'too_short'
    | 'too_long'
    | 'wrong_character'
    | 'check_digit'
    | 'not_a_date'
    | 'empty';
  readonly at: number;
  readonly ai?: string;
}

/** What could be read of an element string; the elements before a problem are valid. */
export interface Gs1Reading {
  readonly elements: readonly Gs1Element[];
  readonly problem?: Gs1Problem;
}

/** FNC1 as scanners report it. */
const SEPARATOR = '\u001d';
const CHARACTERS = {
  N: /^\d*$/,
  X: /^[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]*$/,
  Y: /^[#\-/0-9A-Z]*$/,
} as const;

/**
 * Reads GS1 element strings as a scanner reports them: an optional symbology identifier (`]C1`, `]e0`, `]d2`, `]Q3`,
 * `]J1`), FNC1 as character 29; or as they are printed, `(01)09506000134352(17)261231(10)A-7`.
 *
 * @param currentYear decides the century of dates.
 * @see GS1 General Specifications, 7.8 (processing of element strings)
 */
export function readElementString(text: string, currentYear: number): Gs1Reading {
  const data = withoutBrackets(text.replace(/^\](?:C1|e0|d2|Q3|J1)/, ''));
  const elements: Gs1Element[] = [];
  let at = data.startsWith(SEPARATOR) ? 1 : 0;
  if (at >= data.length) return { elements, problem: { code: 'empty', at } };
  while (at < data.length) {
    const identifier = identifierAt(data, at);
    if (identifier === undefined) return { elements, problem: { code: 'unknown_identifier', at } };
    const start = at + identifier.ai.length;
    const end = endOfValue(data, start, identifier);
    const read = readValue(identifier, data.slice(start, end), currentYear);
    if ('code' in read) return { elements, problem: { code: read.code, at: start, ai: identifier.ai } };
    elements.push(read);
    // A separator behind a value of predefined length is superfluous, but not an error.
    at = data[end] === SEPARATOR ? end + 1 : end;
  }
  return { elements };
}

function identifierAt(data: string, at: number): Identifier | undefined {
  for (const length of [2, 3, 4]) {
    const identifier = IDENTIFIERS.get(data.slice(at, at + length));
    if (identifier !== undefined) return identifier;
  }
  return undefined;
}

function endOfValue(data: string, start: number, { components, predefined }: Identifier): number {
  const separator = data.indexOf(SEPARATOR, start);
  const end = separator === -1 ? data.length : separator;
  return predefined ? Math.min(end, start + sum(components.map(({ max }) => max))) : end;
}

function readValue(identifier: Identifier, value: string, currentYear: number): Gs1Element | Pick<Gs1Problem, 'code'> {
  const { ai, title, components, decimals } = identifier;
  if (value.length < sum(components.map(({ min }) => min)) || value === '') return { code: 'too_short' };
  if (value.length > sum(components.map(({ max }) => max))) return { code: 'too_long' };
  let rest = value;
  let date: CalendarDate | undefined;
  for (const component of components) {
    const part = rest.slice(0, component.max);
    rest = rest.slice(component.max);
    if (part === '' && component.min === 0) continue;
    const code = problemOf(component, part, currentYear);
    if (code !== undefined) return { code };
    if (component.check === 'date') date ??= readGs1Date(part, currentYear);
  }
  const amount =
    decimals === undefined ? undefined : Number(value.slice(-lastLength(components, value))) / 10 ** decimals;
  return { ai, title, value, ...(date === undefined ? {} : { date }), ...(amount === undefined ? {} : { amount }) };
}

function problemOf({ set, min, check }: Component, part: string, currentYear: number): Gs1Problem['code'] | undefined {
  if (part.length < min) return 'too_short';
  if (!CHARACTERS[set].test(part)) return 'wrong_character';
  if (check === 'digit' && !hasValidCheckDigit(part)) return 'check_digit';
  if (check === 'date' && readGs1Date(part, currentYear) === undefined) return 'not_a_date';
  return undefined;
}

/** Length of the last component in `value`: what is before it has a fixed length. */
function lastLength(components: readonly Component[], value: string): number {
  return value.length - sum(components.slice(0, -1).map(({ max }) => max));
}

/** The printed form as the scanned one. A bracket inside a value does not open an identifier unless one follows in it. */
function withoutBrackets(text: string): string {
  if (!/^\(\d{2,4}\)/.test(text)) return text;
  return text
    .split(/\((?=\d{2,4}\))/)
    .slice(1)
    .map((part) => {
      const [ai = '', ...value] = part.split(')');
      const predefined = IDENTIFIERS.get(ai)?.predefined ?? false;
      return `${ai}${value.join(')')}${predefined ? '' : SEPARATOR}`;
    })
    .join('');
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

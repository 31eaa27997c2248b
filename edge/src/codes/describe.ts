import { formatDate } from './calendar-date.ts';
import { expandUpcE, gtin14 } from './check-digit.ts';
import { readDigitalLink } from './gs1/digital-link.ts';
import { type Gs1Problem, readElementString } from './gs1/element-string.ts';

/** One value of a code, in words that a person can compare with the pack. */
export interface CodeFact {
  /** Application identifier of the GS1 system; 01 for the GTIN of a retail code. */
  readonly ai: string;
  readonly title: string;
  /** Dates as `2026-11-28`, measures as numbers. */
  readonly value: string;
}

/** What a code says. */
export interface CodeFacts {
  readonly facts: readonly CodeFact[];
  /** Why the rest of a GS1 code could not be understood. */
  readonly problem?: Gs1Problem;
}

/**
 * What a decoded code says: the GTIN of a retail code, the elements of a GS1 code or Digital Link, nothing of any other.
 *
 * @param currentYear decides the century of dates.
 */
export function codeFacts(
  code: { readonly symbology: string; readonly text: string; readonly gs1: boolean },
  currentYear: number,
): CodeFacts {
  const { symbology, text, gs1 } = code;
  const gtin = gtin14(symbology === 'UPCE' ? (expandUpcE(text) ?? text) : text);
  if (gtin !== undefined) return { facts: [{ ai: '01', title: 'GTIN', value: gtin }] };
  const reading = gs1 ? readElementString(text, currentYear) : readDigitalLink(text, currentYear);
  if (reading === undefined) return { facts: [] };
  const facts = reading.elements.map(({ ai, title, value, date, amount }) => ({
    ai,
    title,
    value: date === undefined ? (amount === undefined ? value : String(amount)) : formatDate(date),
  }));
  return { facts, ...(reading.problem === undefined ? {} : { problem: reading.problem }) };
}

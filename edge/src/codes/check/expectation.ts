import type { CalendarDate } from '../calendar-date.ts';
import type { DateFormat } from '../text/date-format.ts';
import type { Slot } from '../text/pattern.ts';

/** A code whose content must be this. */
export interface ExpectedCode {
  readonly kind: 'code';
  readonly name: string;
  /** Only these count, as zxing names them; without it, every symbology. */
  readonly symbologies?: readonly string[];
  /** GTIN of 8, 12, 13 or 14 digits: the product, whatever symbol carries it. */
  readonly gtin?: string;
  /** The complete content, where it is no GTIN. */
  readonly text?: string;
  /** Values by application identifier; dates as `2026-11-28`. */
  readonly elements?: Readonly<Record<string, string>>;
}

/** A printed date. */
export interface ExpectedDate {
  readonly kind: 'date';
  readonly name: string;
  readonly format: DateFormat;
  readonly date: CalendarDate;
}

/** A printed lot of this form, and this content where it is known. */
export interface ExpectedLot {
  readonly kind: 'lot';
  readonly name: string;
  readonly slots: readonly Slot[];
  readonly lot?: string;
}

/** A phrase that must be there, or must not: an allergen, a language, a revision number. */
export interface ExpectedPhrase {
  readonly kind: 'phrase';
  readonly name: string;
  readonly phrase: string;
  readonly present: boolean;
}

/**
 * A label that must be there, and where it must be. Its place is that of the codes on it, or that of its print where it
 * has none.
 */
export interface ExpectedLabel {
  readonly kind: 'label';
  readonly name: string;
  /** Centre in fractions of the region, and how far it may be off. */
  readonly place?: { readonly at: readonly [x: number, y: number]; readonly tolerance: number };
  /** Degrees clockwise, and how many it may be off. */
  readonly angle?: { readonly degrees: number; readonly tolerance: number };
}

/** One thing that a recipe expects on each pack. */
export type Expectation = ExpectedCode | ExpectedDate | ExpectedLot | ExpectedPhrase | ExpectedLabel;

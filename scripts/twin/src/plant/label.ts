import type { Plant, PlantFault, Product } from './declaration.ts';

/** What is printed on a pack, and what should be: as text; empty where it is missing. */
export interface PackLabel {
  /** EAN-13. */
  readonly code: string;
  readonly expectedCode: string;
  readonly lot: string;
  /** DD.MM.YY */
  readonly bestBefore: string;
  readonly expectedBestBefore: string;
  readonly print: 'good' | 'unreadable';
}

/** The 13 digits of an EAN-13 with its check digit (GS1 General Specifications, 7.9.1). */
export function ean13(digits: string): string {
  const sum = Array.from(digits).reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 1 : 3), 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

const DAY_MS = 86_400_000;

/** The date that a pack made at a stream time must carry: DD.MM.YY. */
export function bestBefore(plant: Plant, product: Product, seconds: number): string {
  const date = new Date(Date.parse(plant.startsAt) + seconds * 1000 + product.shelfLifeDays * DAY_MS);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(date.getUTCDate())}.${two(date.getUTCMonth() + 1)}.${two(date.getUTCFullYear() % 100)}`;
}

/** `other`: the product whose label is on the pack by mistake. */
export function labelFor(
  plant: Plant,
  product: Product,
  other: Product,
  batch: string,
  seconds: number,
  fault: PlantFault | undefined,
): PackLabel {
  const expectedCode = ean13(product.code);
  const expected = bestBefore(plant, product, seconds);
  // A wrong date is the one of a printer that nobody set to the new day.
  const late = bestBefore(plant, product, seconds - DAY_MS / 1000);
  return {
    code: fault === 'wrong_label' ? ean13(other.code) : expectedCode,
    expectedCode,
    lot: batch,
    bestBefore: fault === 'missing_date' ? '' : fault === 'wrong_date' ? late : expected,
    expectedBestBefore: expected,
    print: fault === 'unreadable_date' ? 'unreadable' : 'good',
  };
}

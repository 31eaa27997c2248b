import { z } from 'zod';
import { Random } from '../raster/index.ts';
import { type PackPrint, PRINT_FAULTS, type PrintFault } from './pack-print.ts';
import { SYMBOLS, type SymbolKind } from './symbols.ts';

const digits = z.string().regex(/^\d{12}$/, 'must be 12 digits: the check digit is added');
const fraction = z.number().min(0).max(1);

/** What is printed on the packs of a camera. */
export const printSchema = z.strictObject({
  /** The code; those of GS1 carry product, date and lot. */
  symbol: z.enum(SYMBOLS).default('gs1datamatrix'),
  /** Product, as the first 12 digits of its EAN-13, and the product whose label is on a pack by mistake. */
  product: digits.default('460123456789'),
  other: digits.default('460123456790'),
  /** Best-before, as 2026-03-16. */
  bestBefore: z.iso.date().default('2026-03-16'),
  lot: z
    .string()
    .regex(/^[A-Z0-9]{1,8}$/)
    .default('A7'),
  /** Text before the date. */
  prefix: z
    .string()
    .regex(/^[A-Z0-9 ./:-]{0,6}$/)
    .default(''),
  /** Fractions of packs with each fault, and faults at given times. */
  faults: z.partialRecord(z.enum(PRINT_FAULTS), fraction).default({}),
  incidents: z.array(z.strictObject({ at: z.number().nonnegative(), kind: z.enum(PRINT_FAULTS) })).default([]),
  /** How long the shutter is open: what moves is smeared by so much. */
  exposureMs: z.number().nonnegative().max(50).default(0.5),
  /** Fraction of packs with the reflection of a lamp on the print. */
  glare: fraction.default(0),
});
export type PrintDeclaration = z.infer<typeof printSchema>;

/** What others decide of one pack. */
export interface PrintPlan {
  readonly product?: string;
  readonly bestBefore?: string;
  readonly lot?: string;
  readonly fault?: PrintFault | 'none' | undefined;
}

/** The prints of one run of packs: that of pack k depends on the declaration, the seed and k alone. */
export class PrintRun {
  readonly #declaration: PrintDeclaration;
  readonly #seed: readonly (number | string)[];

  constructor(declaration: PrintDeclaration, seed: readonly (number | string)[]) {
    this.#declaration = declaration;
    this.#seed = seed;
  }

  /** `plan`: what is already decided of this pack; `none` is no fault, undefined is one by chance. */
  print(k: number, plan: PrintPlan = {}): PackPrint {
    const { symbol, other, prefix } = this.#declaration;
    const { product, bestBefore, lot } = { ...this.#declaration, ...plan };
    const random = new Random(...this.#seed, 'print', k);
    const drawn = this.#faultOf(random);
    const happened = plan.fault === 'none' ? undefined : (plan.fault ?? drawn);
    const day = happened === 'wrong_date' ? dayBefore(bestBefore) : bestBefore;
    const date = `${prefix}${shown(day)}`;
    return {
      code: contentOf(symbol, happened === 'wrong_label' ? other : product, day, lot),
      expectedCode: contentOf(symbol, product, bestBefore, lot),
      date: happened === 'missing_date' ? undefined : date,
      expectedDate: bestBefore,
      lot,
      fault: happened,
      seed: random.integer(0, 1 << 30),
    };
  }

  #faultOf(random: Random): PrintFault | undefined {
    let found: PrintFault | undefined;
    for (const fault of PRINT_FAULTS) {
      // Each is drawn by itself, so that one leaves the others' odds.
      const happens = random.chance(this.#declaration.faults[fault] ?? 0);
      if (happens) found ??= fault;
    }
    return found;
  }
}

function contentOf(symbol: SymbolKind, product: string, day: string, lot: string): string {
  const gtin = `0${withCheckDigit(product)}`;
  switch (symbol) {
    case 'ean13':
      return withCheckDigit(product);
    case 'qrcode':
      return `https://id.gs1.org/01/${gtin}/10/${lot}?17=${sixDigits(day)}`;
    case 'gs1-128':
      return `(01)${gtin}(17)${sixDigits(day)}`;
    default:
      return `(01)${gtin}(17)${sixDigits(day)}(10)${lot}`;
  }
}

/** With the check digit of GS1 (General Specifications, 7.9.1). */
function withCheckDigit(text: string): string {
  const sum = Array.from(text).reduce((total, one, index) => total + Number(one) * (index % 2 === 0 ? 1 : 3), 0);
  return `${text}${(10 - (sum % 10)) % 10}`;
}

function dayBefore(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
}

/** DD.MM.YY */
function shown(day: string): string {
  const [year = '', month = '', date = ''] = day.split('-');
  return `${date}.${month}.${year.slice(2)}`;
}

/** YYMMDD */
function sixDigits(day: string): string {
  return day.replaceAll('-', '').slice(2);
}

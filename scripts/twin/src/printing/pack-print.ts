/** Everything that goes wrong with what is printed on a pack. */
export const PRINT_FAULTS = [
  /** The label of another product. */
  'wrong_label',
  /** The date of the day before: a printer that nobody set. */
  'wrong_date',
  'missing_date',
  'missing_label',
  /** The date smeared until nobody can read it. */
  'unreadable_date',
  /** Code and date wiped across while they were wet. */
  'smeared',
  /** A second date printed over the first. */
  'overprinted',
  /** Half of the ink: to be read all the same. */
  'faded',
  /** Turned by a good ten degrees: to be read all the same. */
  'crooked',
] as const;
export type PrintFault = (typeof PRINT_FAULTS)[number];

export type PrintVerdict = 'good' | 'wrong' | 'unreadable' | 'missing';

/** What is truly on a pack. */
export interface PackPrint {
  /** Content of the code, as bwip-js takes it. */
  readonly code: string;
  readonly expectedCode: string;
  /** Lines of text, the date first; without it where it is missing. */
  readonly date: string | undefined;
  readonly expectedDate: string;
  readonly lot: string;
  readonly fault: PrintFault | undefined;
  /** For everything that is random about this print. */
  readonly seed: number;
}

const VERDICTS: Readonly<Record<PrintFault, PrintVerdict>> = {
  wrong_label: 'wrong',
  wrong_date: 'wrong',
  missing_date: 'missing',
  missing_label: 'missing',
  unreadable_date: 'unreadable',
  smeared: 'unreadable',
  overprinted: 'unreadable',
  faded: 'good',
  crooked: 'good',
};

/** What a person would say of the pack who looks at it closely. */
export function verdictOf({ fault }: Pick<PackPrint, 'fault'>): PrintVerdict {
  return fault === undefined ? 'good' : VERDICTS[fault];
}

export interface ActualsProduct {
  readonly product?: string;
  readonly counted: number;
  readonly planned?: number;
}

/** What one shift made; the same shift comes again when it has made more, and replaces what came before. */
export interface Actuals {
  readonly v: 1;
  readonly device: string;
  readonly line: string;
  /** Day on which the shift starts, at the line. */
  readonly date: string;
  readonly shift: string;
  /** ISO 8601, UTC. */
  readonly from: string;
  readonly to: string;
  /** The shift is over. */
  readonly complete: boolean;
  readonly products: readonly ActualsProduct[];
}

const COLUMNS = ['device', 'line', 'date', 'shift', 'from', 'to', 'complete', 'product', 'counted', 'planned'];

/** A line for each product of each shift, RFC 4180; a program that calculates must not take a name for a formula. */
export function actualsCsv(all: readonly Actuals[]): string {
  const lines = all.flatMap(({ device, line, date, shift, from, to, complete, products }) =>
    products.map(({ product = '', counted, planned = '' }) =>
      [device, line, date, shift, from, to, complete, product, counted, planned].map(cellOf).join(','),
    ),
  );
  return `${[COLUMNS.join(','), ...lines].join('\r\n')}\r\n`;
}

function cellOf(value: string | number | boolean): string {
  const text = String(value);
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

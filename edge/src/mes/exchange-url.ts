/** Where a plan is read from or actuals go: a file, or an address. */
export type ExchangePlace =
  | { readonly kind: 'file'; readonly path: string; readonly format: 'csv' | 'json' }
  | { readonly kind: 'http'; readonly url: string };

const FORM = 'write file:/PATH.csv, file:/PATH.json, http://HOST/PATH or https://HOST/PATH';

/** Why nothing can be exchanged at `url`, or undefined. */
export function exchangeUrlProblem(url: string): string | undefined {
  return placeOf(url) === undefined ? `is no place for plan or actuals: ${FORM}` : undefined;
}

export function placeOf(url: string): ExchangePlace | undefined {
  const path = /^file:(?:\/\/)?(\/.+\.(csv|json))$/i.exec(url);
  if (path?.[1] !== undefined) {
    return { kind: 'file', path: path[1], format: path[2]?.toLowerCase() === 'csv' ? 'csv' : 'json' };
  }
  if (!/^https?:/i.test(url) || !URL.canParse(url)) return undefined;
  return { kind: 'http', url };
}

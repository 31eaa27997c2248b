/** A line of a GPIO chip: `line:17`, read or driven; `?active=low` turns its meaning round. */
export interface GpioPoint {
  readonly line: number;
  readonly activeLow: boolean;
}

/** Gives what is wrong with it as text. */
export function parseGpioPoint(text: string): GpioPoint | string {
  const match = /^line:(\d{1,4})(\?active=(low|high))?$/.exec(text);
  return match === null
    ? 'is no line: write line:17 or line:17?active=low'
    : { line: Number(match[1]), activeLow: match[3] === 'low' };
}

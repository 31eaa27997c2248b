import { type Reader, Refusal, type Took } from './reader.ts';
import type { Words } from './words.ts';

/** Milliseconds of the first part that fits the pattern with a number and a unit; without a number it is one. */
export function durationIn(
  words: Words,
  { phrases, refusals }: Reader,
  pattern: string,
  took: Took,
): number | undefined {
  const { units } = phrases;
  const unit = units.map(([name]) => name).join('|');
  const found = took(words.take(pattern.replace('UNIT', unit)));
  const [, number = '1', given = ''] = found ?? [];
  const ms = units.find(([name]) => new RegExp(`^(?:${name})$`, 'u').test(given))?.[1];
  if (found === undefined || ms === undefined) return undefined;
  const duration = Math.round(Number(number) * ms);
  if (duration <= 0 || duration > 366 * 86_400_000) {
    throw new Refusal(refusals.noDuration(`${number} ${given}`));
  }
  return duration;
}

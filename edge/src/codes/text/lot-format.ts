import type { Slot } from './pattern.ts';

/**
 * The form of a lot number: `9` a digit, `A` a letter, `*` either, a blank any number of blanks; what stands in quotes
 * and all other characters for themselves: `'L'9999A`, `'LOT' 99-***`.
 *
 * @throws TypeError with the reason where it has no place for a digit or letter, or an open quote.
 */
export function lotFormat(text: string): readonly Slot[] {
  const slots = (text.match(/'[^']*'|\s+|[^]/gu) ?? []).map((part): Slot => {
    if (part === '9') return { kind: 'digit', field: 'lot' };
    if (part === 'A') return { kind: 'letter', field: 'lot' };
    if (part === '*') return { kind: 'either', field: 'lot' };
    if (part.trim() === '') return { kind: 'blank' };
    if (part === "'") throw new TypeError(`the form of a lot has an open quote: ${text}`);
    return { kind: 'literal', text: part.startsWith("'") ? part.slice(1, -1) : part };
  });
  if (!slots.some(({ kind }) => kind === 'digit' || kind === 'letter' || kind === 'either'))
    throw new TypeError(`the form of a lot needs a 9, an A or a *: ${text}`);
  return slots;
}

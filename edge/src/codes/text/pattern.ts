import { asDigit, asLetter, looksLike } from './confusions.ts';

/** One place of a pattern. */
export type Slot =
  | { readonly kind: 'digit' | 'letter' | 'either'; readonly field?: string }
  | { readonly kind: 'literal'; readonly text: string }
  /** Any number of blanks, none included. */
  | { readonly kind: 'blank' }
  /** One of several words; `value` is kept for the field. */
  | {
      readonly kind: 'word';
      readonly field: string;
      readonly words: readonly { readonly text: string; readonly value: string }[];
    };

/** A character that was read and taken for another of the same form. */
export interface Correction {
  /** Place in the text that was read. */
  readonly at: number;
  readonly read: string;
  readonly taken: string;
}

/** Where a text has the form of a pattern. */
export interface Match {
  readonly at: number;
  readonly length: number;
  /** The text with its corrections. */
  readonly text: string;
  /** Characters of each field, in order. */
  readonly fields: Readonly<Record<string, string>>;
  readonly corrections: readonly Correction[];
}

/** Longest text in which a pattern is looked for; a line of print is far shorter. */
const LONGEST = 400;

/**
 * All places at which `text` has the form of the pattern, those with the fewest corrections first, then from left to
 * right. A digit where a letter must be is taken for the letter that it looks like, and the other way round. A match
 * does not begin or end inside a run of digits, unless the pattern begins or ends with something else.
 */
export function findPattern(text: string, slots: readonly Slot[]): readonly Match[] {
  const characters = Array.from(text.slice(0, LONGEST));
  const matches: Match[] = [];
  for (let at = 0; at < characters.length; at += 1) {
    if (inRun(characters, at) && isNumeric(slots[0])) continue;
    const found = matchAt(characters, slots, at);
    if (found !== undefined && !(isNumeric(slots.at(-1)) && inRun(characters, at + found.length))) matches.push(found);
  }
  return matches.toSorted((a, b) => a.corrections.length - b.corrections.length || a.at - b.at);
}

interface State {
  readonly next: number;
  readonly text: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly corrections: readonly Correction[];
}

function matchAt(characters: readonly string[], slots: readonly Slot[], at: number): Match | undefined {
  let states: State[] = [{ next: at, text: '', fields: {}, corrections: [] }];
  for (const slot of slots) {
    states = states.flatMap((state) => after(characters, slot, state));
    if (states.length === 0) return undefined;
  }
  const [best] = states.toSorted((a, b) => a.corrections.length - b.corrections.length);
  if (best === undefined || best.next === at) return undefined;
  const { next, ...rest } = best;
  return { at, length: next - at, ...rest };
}

function after(characters: readonly string[], slot: Slot, state: State): State[] {
  switch (slot.kind) {
    case 'blank': {
      let next = state.next;
      while (characters[next]?.trim() === '') next += 1;
      return [{ ...state, next, text: next === state.next ? state.text : `${state.text} ` }];
    }
    case 'literal':
      return taken(characters, Array.from(slot.text), state);
    case 'word':
      return slot.words.flatMap(({ text, value }) =>
        taken(characters, Array.from(text), state).map((next) => withField(next, slot.field, value)),
      );
    default: {
      const read = characters[state.next];
      if (read === undefined) return [];
      const meant = slot.kind === 'digit' ? asDigit(read) : slot.kind === 'letter' ? asLetter(read) : plain(read);
      if (meant === undefined) return [];
      const next = advanced(state, read, meant);
      return [slot.field === undefined ? next : withField(next, slot.field, (next.fields[slot.field] ?? '') + meant)];
    }
  }
}

function taken(characters: readonly string[], expected: readonly string[], state: State): State[] {
  let next = state;
  for (const one of expected) {
    const read = characters[next.next];
    if (read === undefined || !looksLike(read, one)) return [];
    next = advanced(next, read, one);
  }
  return [next];
}

function advanced(state: State, read: string, meant: string): State {
  const same = read.toLocaleUpperCase('ru') === meant.toLocaleUpperCase('ru');
  const correction = { at: state.next, read, taken: meant };
  return {
    ...state,
    next: state.next + 1,
    text: state.text + meant,
    corrections: same ? state.corrections : [...state.corrections, correction],
  };
}

function withField(state: State, field: string, value: string): State {
  return { ...state, fields: { ...state.fields, [field]: value } };
}

function plain(read: string): string | undefined {
  return /^[\p{L}\p{Nd}]$/u.test(read) ? read.toLocaleUpperCase('ru') : undefined;
}

function isNumeric(slot: Slot | undefined): boolean {
  return slot?.kind === 'digit';
}

/** True where the characters before and at this place both are digits. */
function inRun(characters: readonly string[], at: number): boolean {
  return /^\d\d$/.test(`${characters[at - 1] ?? ''}${characters[at] ?? ''}`);
}

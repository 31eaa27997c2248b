import type { RawReading } from '../signal-source.ts';

/** What one line of a stream of signals says: a reading of one signal, proof of life, or nothing that is known. */
export type SignalLine =
  | { readonly kind: 'reading'; readonly name: string; readonly reading: RawReading }
  | { readonly kind: 'alive' }
  | { readonly kind: 'unknown' };

/**
 * Reads one line of JSON: `{"signal": NAME, "value": VALUE}`, `{"signal": NAME, "bad": REASON}` or `{"alive": true}`.
 * Other keys, such as a time, are passed over.
 */
export function readSignalLine(line: string): SignalLine {
  const value = parsed(line);
  if (typeof value !== 'object' || value === null) return { kind: 'unknown' };
  if ('alive' in value && value.alive === true) return { kind: 'alive' };
  if (!('signal' in value) || typeof value.signal !== 'string') return { kind: 'unknown' };
  const name = value.signal;
  if ('bad' in value && typeof value.bad === 'string') {
    return { kind: 'reading', name, reading: { bad: value.bad.slice(0, MAX_REASON) } };
  }
  if (!('value' in value)) return { kind: 'unknown' };
  return { kind: 'reading', name, reading: { value: value.value } };
}

const MAX_REASON = 64;
/** A line that is longer is no signal; the rest up to its end is passed over. */
const MAX_LINE = 65_536;

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Cuts text that arrives in pieces into its lines. */
export class LineCutter {
  #rest = '';

  /** The complete lines so far, without empty ones. */
  take(text: string): readonly string[] {
    const lines = (this.#rest + text).split('\n');
    const rest = lines.pop() ?? '';
    this.#rest = rest.length > MAX_LINE ? '' : rest;
    return lines.filter((line) => line.trim() !== '');
  }
}

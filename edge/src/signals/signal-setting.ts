import type { SignalType, SignalValue } from '../domain/index.ts';

/** One signal as it is configured. */
export interface SignalSetting {
  readonly id: string;
  readonly type: SignalType;
  readonly unit?: string | undefined;
  /** A number is multiplied by `scale`, then `offset` is added. */
  readonly scale: number;
  readonly offset: number;
  /** A number that differs by less from the one before is the same. */
  readonly deadband: number;
  /** A number outside of these is bad. */
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  /** A value without proof of life for longer is stale; undefined: it holds without end. */
  readonly staleAfterMs: number | undefined;
  /** Where it comes from, without secrets. */
  readonly source: string;
}

/** What is wrong with a value, or the value in its type. */
export type Converted = { readonly value: SignalValue } | { readonly bad: string };

const MAX_TEXT = 128;
const TRUE_WORDS = ['true', '1', 'on', 'yes'];
const FALSE_WORDS = ['false', '0', 'off', 'no'];

/** A value of a source, or as a person types it, as a value of the signal. */
export function convert(setting: SignalSetting, raw: unknown): Converted {
  switch (setting.type) {
    case 'number':
      return numberFrom(setting, raw);
    case 'boolean':
      return booleanFrom(raw);
    case 'text':
      return textFrom(raw);
  }
}

function numberFrom({ scale, offset, min, max }: SignalSetting, raw: unknown): Converted {
  const number = typeof raw === 'string' && raw.trim() !== '' ? Number(raw) : raw;
  if (typeof number !== 'number' || !Number.isFinite(number)) return { bad: 'wrong_type' };
  const value = number * scale + offset;
  const isOutside = value < (min ?? Number.NEGATIVE_INFINITY) || value > (max ?? Number.POSITIVE_INFINITY);
  return isOutside ? { bad: 'out_of_range' } : { value };
}

function booleanFrom(raw: unknown): Converted {
  if (typeof raw === 'boolean') return { value: raw };
  const word = typeof raw === 'number' || typeof raw === 'string' ? String(raw).trim().toLowerCase() : '';
  if (TRUE_WORDS.includes(word)) return { value: true };
  return FALSE_WORDS.includes(word) ? { value: false } : { bad: 'wrong_type' };
}

/** Without control characters: the text is shown to people and becomes a detail of events. */
function textFrom(raw: unknown): Converted {
  if (typeof raw !== 'string' && typeof raw !== 'number' && typeof raw !== 'boolean') return { bad: 'wrong_type' };
  const value = String(raw)
    .replaceAll(/\p{Cc}/gu, '')
    .trim();
  return value.length > MAX_TEXT ? { bad: 'out_of_range' } : { value };
}

import { parseDuration } from '@lineside/kit';
import { InvalidArgumentError } from 'commander';
import type { Channels, Size } from '../model-import/index.ts';

// Parsers of option values: each returns the value or throws InvalidArgumentError, which is printed with the option.

export function fraction(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('It must be a number from 0 to 1.');
}

export function positive(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('It must be a number above 0.');
}

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a whole number above 0.');
}

/** A whole number within limits. */
export function integer(from: number, to: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= from && value <= to) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${from} to ${to}.`);
  };
}

/** A length of time such as 90s, 10m or 2h, in milliseconds. */
export function milliseconds(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0) return ms;
  throw new InvalidArgumentError('It must be a length of time such as 90s, 10m or 2h.');
}

/** Numbers of pieces such as 3,17; `none` is an empty list. */
export function pieceNumbers(text: string): readonly number[] {
  if (text === 'none') return [];
  const list = text.split(',').map(Number);
  if (list.every((n) => Number.isInteger(n) && n >= 1)) return list;
  throw new InvalidArgumentError('It must be numbers of pieces such as 3,17, or none.');
}

/** Numbers of threads, such as 1,2,4. */
export function threadCounts(text: string): readonly number[] {
  const list = text.split(',').map(Number);
  if (list.every((threads) => Number.isInteger(threads) && threads >= 1 && threads <= 256)) return list;
  throw new InvalidArgumentError('It must be whole numbers such as 1,2,4.');
}

/** SET=MODEL,SET=MODEL as a map. */
export function labelPairs(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(',').map((pair): [string, string] => {
      const [from = '', to = '', ...rest] = pair.split('=').map((word) => word.trim());
      if (from === '' || to === '' || rest.length > 0)
        throw new InvalidArgumentError('It must be SET=MODEL,SET=MODEL.');
      return [from, to];
    }),
  );
}

/** A number above 0, also as a quotient such as 1/255. */
export function factor(text: string): number {
  const [above = '', below = '1'] = text.split('/');
  const value = Number(above) / Number(below);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a number above 0, such as 1/255.');
}

/** Three numbers, or one for all three channels. */
export function channels(text: string): Channels {
  const values = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const [first = Number.NaN, second = first, third = first] = values;
  if ([1, 3].includes(values.length) && values.every(Number.isFinite)) return [first, second, third];
  throw new InvalidArgumentError('It must be three numbers with commas between, or one for all.');
}

/** WIDTHxHEIGHT in pixels, or one number for both. */
export function size(text: string): Size {
  const [, width, height] = /^(\d{1,4})(?:x(\d{1,4}))?$/.exec(text) ?? [];
  const [w, h] = [Number(width), Number(height ?? width)];
  if (w >= 8 && h >= 8 && w <= 4096 && h <= 4096) return { width: w, height: h };
  throw new InvalidArgumentError('It must be WIDTHxHEIGHT, such as 640x384, or one number for both.');
}

export function version(text: string): string {
  if (/^\d+\.\d+\.\d+$/.test(text)) return text;
  throw new InvalidArgumentError('It must be three numbers, such as 1.2.0.');
}

/** Adds a value to those of earlier uses of the same option. */
export function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

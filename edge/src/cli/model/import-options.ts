import { InvalidArgumentError } from 'commander';
import type { Channels, Size } from '../../model-import/index.ts';

export function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('It must be a number from 0 to 1.');
}

export function factor(text: string): number {
  const [above = '', below = '1'] = text.split('/');
  const value = Number(above) / Number(below);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a number above 0, such as 1/255.');
}

export function channels(text: string): Channels {
  const values = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const [first = Number.NaN, second = first, third = first] = values;
  if ([1, 3].includes(values.length) && values.every(Number.isFinite)) return [first, second, third];
  throw new InvalidArgumentError('It must be three numbers with commas between, or one for all.');
}

export function size(text: string): Size {
  const [, width, height] = /^(\d{1,4})(?:x(\d{1,4}))?$/.exec(text) ?? [];
  const [w, h] = [Number(width), Number(height ?? width)];
  if (w >= 8 && h >= 8 && w <= 4096 && h <= 4096) return { width: w, height: h };
  throw new InvalidArgumentError('It must be WIDTHxHEIGHT, such as 640x384, or one number for both.');
}

export function batch(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= 64) return value;
  throw new InvalidArgumentError('It must be a whole number from 1 to 64.');
}

export function version(text: string): string {
  if (/^\d+\.\d+\.\d+$/.test(text)) return text;
  throw new InvalidArgumentError('It must be three numbers, such as 1.2.0.');
}

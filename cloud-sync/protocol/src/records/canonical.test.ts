import canonicalize from 'canonicalize';
import { expect, test } from 'vitest';
import { dice } from '../../../../tests/support/dice.ts';
import { canonicalJson } from './canonical.ts';

const roll = dice(11);
const TEXTS = [
  '',
  'a',
  'Zwölf',
  '\u20ac',
  '"',
  '\\',
  '\n',
  '\u0007',
  '\u{1f600}',
  'é',
  '\u2028',
  '__proto__',
  '10',
  '9',
];
const NUMBERS = [0, -0, 1, -1, 0.1, 1e21, 1e-7, 123456789.125, 2 ** 53, 5e-324, 1.7976931348623157e308];
const pick = <T>(from: readonly T[]): T => from[roll(from.length)]!;
function anything(depth: number): unknown {
  switch (roll(depth > 4 ? 4 : 7)) {
    case 0:
      return pick(TEXTS) + pick(TEXTS);
    case 1:
      return pick(NUMBERS);
    case 2:
      return pick([true, false, null]);
    case 3:
      return roll(1_000_000) / 997;
    case 4:
      return Array.from({ length: roll(5) }, () => anything(depth + 1));
    default:
      return Object.fromEntries(Array.from({ length: roll(6) }, () => [pick(TEXTS), anything(depth + 1)]));
  }
}

const inOrder = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  const pairs = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(pairs.map(([key, item]) => [key, inOrder(item)]));
};

test('the short ways of writing canonical JSON give the text of the library, for any value', () => {
  for (let n = 0; n < 5_000; n += 1) {
    const value = anything(0);
    expect(canonicalJson(value)).toBe(canonicalize(value));
    expect(canonicalJson(inOrder(value))).toBe(canonicalize(value));
  }
});

test('undefined members, values with a JSON form of their own and values without one are left to the library', () => {
  expect(canonicalJson({ b: undefined, a: 1 })).toBe('{"a":1}');
  expect(canonicalJson({ at: new Date(0), list: [undefined, 1] })).toBe(
    '{"at":"1970-01-01T00:00:00.000Z","list":[null,1]}',
  );
  const circle: { self?: object } = {};
  circle.self = circle;
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, '\ud800', { a: 'x\udfff' }, circle, undefined]) {
    expect(() => canonicalJson(bad)).toThrow();
  }
});

import { describe, expect, it } from 'vitest';
import { printable, printableLines } from './index.ts';

/** Each would act on a terminal or a page: colours, sounds, line ends, the direction of writing, invisible tags. */
const HARMFUL: readonly (readonly [string, string, string])[] = [
  ['an escape sequence', '\u001b[2J', '\\u001b[2J'],
  ['a bell', '\u0007', '\\u0007'],
  ['a one-byte escape sequence', '\u009b2J', '\\u009b2J'],
  ['the delete character', '\u007f', '\\u007f'],
  ['a mark that turns the direction of writing', '\u202e', '\\u202e'],
  ['an isolate', '\u2066', '\\u2066'],
  ['a line separator', '\u2028', '\\u2028'],
  ['a carriage return', '\r', '\\u000d'],
  ['an invisible tag', '\u{e0041}', '\\udb40\\udc41'],
  ['half of a surrogate pair', '\ud800', '\\ud800'],
  ['a byte order mark', '\ufeff', '\\ufeff'],
];

describe('a text from outside', () => {
  it.each(HARMFUL)('with %s is written with its escape', (_what, text, shown) => {
    expect(printable(`cap${text}!`)).toBe(`cap${shown}!`);
    expect(printableLines(`a\n\t${text}`)).toBe(`a\n\t${shown}`);
  });

  it('keeps its letters, signs and emoji, and becomes one line', () => {
    const text = 'Tür №5 帽子 \u{1f469}\u200d\u{1f52c}';
    expect(printable(text)).toBe(text);
    expect(printable('a\nb\tc')).toBe('a\\u000ab\\u0009c');
  });

  it('is cut to the greatest length before it is read', () => {
    expect(printable('x'.repeat(1_000_000), 8)).toBe('xxxxxxx…');
  });

  it('that is JSON keeps its meaning', () => {
    const value = { label: HARMFUL.map(([, text]) => text).join('') };
    expect(JSON.parse(printableLines(JSON.stringify(value)))).toEqual(value);
  });
});

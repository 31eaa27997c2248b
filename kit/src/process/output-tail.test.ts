import { expect, test } from 'vitest';
import { OutputTail } from '../index.ts';

test('only the end of the output is kept, however it arrives', () => {
  const text = Array.from({ length: 500 }, (_, n) => `line ${n}\n`).join('');
  for (const size of [1, 7, 1_000]) {
    const tail = new OutputTail(100);
    for (let at = 0; at < text.length; at += size) tail.add(text.slice(at, at + size));
    expect(tail.text).toBe(text.slice(-100));
  }
});

test('a tail of zero characters keeps nothing', () => {
  const tail = new OutputTail(0);
  tail.add('abc');
  expect(tail.text).toBe('');
});

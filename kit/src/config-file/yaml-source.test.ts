import { expect, test } from 'vitest';
import { YamlSource } from '../index.ts';

const TEXT = `device: line-1
cameras:
  - id: a
    url: rtsp://host/1
  - id: b
uplink:
  # broker: mqtt://host
status: {listen: "127.0.0.1:1"}
`;

test('a value has the position of its key, a list entry that of its start', () => {
  const source = new YamlSource(TEXT);
  expect(source.positionOf(['device'])).toEqual({ line: 1, column: 1 });
  expect(source.positionOf(['cameras', 0, 'url'])).toEqual({ line: 4, column: 5 });
  expect(source.positionOf(['cameras', 1])).toEqual({ line: 5, column: 5 });
  expect(source.positionOf(['status', 'listen'])).toEqual({ line: 8, column: 10 });
});

test('an absent value has the position of its nearest ancestor', () => {
  const source = new YamlSource(TEXT);
  expect(source.positionOf(['cameras', 1, 'url'])).toEqual({ line: 5, column: 5 });
  expect(source.positionOf(['nothing', 'here'])).toEqual({ line: 1, column: 1 });
  expect(new YamlSource('').positionOf(['device'])).toEqual({ line: 1, column: 1 });
});

test('a section without keys counts as absent', () => {
  expect(new YamlSource(TEXT).value()).toEqual({
    device: 'line-1',
    cameras: [{ id: 'a', url: 'rtsp://host/1' }, { id: 'b' }],
    status: { listen: '127.0.0.1:1' },
  });
});

test('a problem has its position and does not quote the line, which may contain a password', () => {
  const source = new YamlSource('password: secret1\npassword: secret2\nlist: [a\n');
  expect(source.problems[0]).toMatchObject({ line: 2, column: 1, message: 'this key exists twice' });
  expect(source.problems.length).toBeGreaterThan(1);
  expect(JSON.stringify(source.problems)).not.toContain('secret');
});

test('an unknown tag is a problem at its line, and what may be a password is not quoted', () => {
  const source = new YamlSource('a: 1\nb: !secret geheim\nc: !geheim\nd: !!str 5\n');
  expect(source.problems.map(({ line }) => line)).toEqual([2, 3]);
  expect(source.problems[0]?.message).toContain('${file:/path}');
  expect(JSON.stringify(source.problems)).not.toContain('geheim');
});

/** Each alias nine times in the next list: 9 to the power of 9 values from 10 lines. */
const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'];
const BOMB = NAMES.map((name, i) => {
  const items = Array<string>(9).fill(i === 0 ? 'x' : `*${NAMES[i - 1] ?? ''}`);
  return `${name}: &${name} [${items.join(', ')}]\n`;
}).join('');

test.each([
  ['an alias without an anchor', 'device: a\nmodels: *foo\n', 2, 9, 'the alias *foo has no anchor &foo before it'],
  ['an alias inside of its own anchor', 'a: &x\n  b: *x\n', 2, 6, 'the alias *x stands inside of its own anchor'],
  [
    'an anchor that is used 101 times',
    `x: &x [1]\ny:\n${'  - *x\n'.repeat(101)}`,
    103,
    5,
    'the anchor &x is used more than 100 times',
  ],
  ['aliases of aliases that grow without end', BOMB, 5, 12, 'has more than 20000 values with its aliases followed'],
  ['a NUL byte', 'device: a\nurl: "x\0"\n', 2, 8, 'contains a NUL byte'],
  ['another control character', 'a: \u001b[2J\n', 1, 4, 'contains the control character 0x1b'],
  ['brackets without end', '['.repeat(500_000), 1, 1, 'is nested too deeply'],
  ['a text of 100,000 lines', 'k: [1]\n'.repeat(100_000), 11_112, 1, 'has too many values'],
])('%s is a problem with its position and an advice, and no value', (_what, text, line, column, message) => {
  const source = new YamlSource(text);
  expect(source.problems[0]).toMatchObject({ line, message });
  expect(source.problems[0]?.column).toBe(column);
  expect(source.problems[0]?.advice).not.toBe('');
  expect(source.value()).toBeUndefined();
});

test('groups nested thousands deep by their indentation are a problem and not an error of the parser', () => {
  const lines = Array.from({ length: 1_300 }, (_line, depth) => `${' '.repeat(depth)}a:`);
  expect(new YamlSource(lines.join('\n')).problems[0]?.message).toMatch(/nested too deeply|levels of groups/);
});

test('an anchor may be used 100 times, and be given anew', () => {
  const source = new YamlSource(`x: &x [1]\ny: [${Array(100).fill('*x').join(', ')}]\nz: &x 2\nw: *x\n`);
  expect(source.problems).toEqual([]);
  expect(source.value()).toEqual({ x: [1], y: Array(100).fill([1]), z: 2, w: 2 });
});

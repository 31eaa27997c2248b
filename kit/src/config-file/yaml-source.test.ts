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
  expect(source.problems[0]).toEqual({ line: 2, column: 1, message: 'this key exists twice' });
  expect(source.problems.length).toBeGreaterThan(1);
  expect(JSON.stringify(source.problems)).not.toContain('secret');
});

test('an unknown tag is a problem at its line, and what may be a password is not quoted', () => {
  const source = new YamlSource('a: 1\nb: !secret geheim\nc: !geheim\nd: !!str 5\n');
  expect(source.problems.map(({ line }) => line)).toEqual([2, 3]);
  expect(source.problems[0]?.message).toContain('${file:/path}');
  expect(JSON.stringify(source.problems)).not.toContain('geheim');
});

import { describe, expect, it } from 'vitest';
import { parseLiteral } from './literal.ts';
import { distinct, readHints, readNames } from './metadata.ts';

describe('names of classes', () => {
  it.each([
    ["{0: 'person', 1: 'hard hat'}", ['person', 'hard hat']],
    [`{0: "baker's hat", 1: 'say \\'no\\''}`, ["baker's hat", "say 'no'"]],
    ['{1: "b", 0: "a"}', ['a', 'b']],
    ['{"0": "a", "1": "b"}', ['a', 'b']],
    ['{0: "a", 2: "c"}', ['a', 'class1', 'c']],
    ["{'a': 0, 'b': 1}", ['a', 'b']],
    ["['a', 'b', ]", ['a', 'b']],
    ['["a", "b"]', ['a', 'b']],
    ["('a', 'b')", ['a', 'b']],
    ['a, b ,c', ['a', 'b', 'c']],
    ['a\nb\n', ['a', 'b']],
    ["['caf\\u00e9', 'x\\x41']", ['café', 'xA']],
    ['[1, 2]', ['1', '2']],
    ["['crane', 'crane']", ['crane', 'crane (2)']],
  ])('%s', (text, names) => {
    expect(readNames(text)).toEqual(names);
  });

  it.each([
    '',
    '  ',
    '{',
    '{}',
    '[]',
    "{0: 'a'",
    "{'x': 'y'}",
    '{-1: "a"}',
    '{99999999: "a"}',
    '['.repeat(100),
    '{0: {1: {}}',
  ])('are none in %s', (text) => {
    expect(readNames(text)).toBeUndefined();
  });

  it('class names that occur twice are made distinct', () => {
    expect(distinct(['a', 'b', 'a', 'a'])).toEqual(['a', 'b', 'a (2)', 'a (3)']);
  });
});

describe('a literal', () => {
  it('literals of Python and JSON are read, other text is not', () => {
    expect(parseLiteral('[640, 480]')).toEqual([640, 480]);
    expect(parseLiteral("{'a': (1, -2.5e3), 'b': [True, None, false]}")).toEqual(
      new Map<string, unknown>([
        ['a', [1, -2500]],
        ['b', [true, null, false]],
      ]),
    );
    for (const text of ['__import__("os")', '1 + 1', '[1, 2', 'nan', "'open", '{[1]: 2}']) {
      expect(parseLiteral(text), text).toBeUndefined();
    }
  });

  it('a literal that is nested too deep is refused', () => {
    expect(parseLiteral('['.repeat(9) + ']'.repeat(9))).toEqual([[[[[[[[[]]]]]]]]]);
    expect(parseLiteral('['.repeat(200_000))).toBeUndefined();
  });
});

it('hints are read from the metadata of Ultralytics', () => {
  const reported = {
    description: 'Ultralytics YOLO11n model',
    author: 'Ultralytics',
    license: 'AGPL-3.0',
    stride: '32',
    task: 'detect',
    imgsz: '[384, 640]',
    names: "{0: 'cap'}",
    end2end: 'True',
  };
  expect(readHints(new Map(Object.entries(reported)))).toEqual({
    names: ['cap'],
    task: 'detect',
    size: [384, 640],
    stride: 32,
    endToEnd: true,
    licence: 'AGPL-3.0',
    author: 'Ultralytics',
  });
  expect(readHints(new Map([['imgsz', '320']])).size).toEqual([320, 320]);
  expect(readHints(new Map([['imgsz', 'big']]))).toEqual({});
});

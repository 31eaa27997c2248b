import { describe, expect, it } from 'vitest';
import { checkConfig, ConfigError, describeKeys, type Problem, RENAMES } from './index.ts';
import { migrateConfigText } from './renames.ts';

const SOURCES = { catalog: ['ppe'], env: {}, path: '/etc/lineside/lineside.yaml' };

function problems(text: string): readonly Problem[] {
  try {
    checkConfig(text, SOURCES);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('a key that was renamed', () => {
  it('is refused at its line with the new name, and the required new key is not reported as missing', () => {
    const text =
      'device: d\ncameras:\n  - id: a\n    url: rtsp://h/1\n    models: [ppe]\n    stages:\n      - {model: ppe2, after: ppe}\nmodels: [{id: ppe2, ref: ./x}]\n';
    expect(problems(text)).toEqual([
      expect.objectContaining({
        code: 'key_renamed',
        line: 7,
        path: 'cameras[0].stages[0].after',
        message: 'renamed: write source',
        advice: 'write source for after',
      }),
    ]);
  });

  it.each(RENAMES.map((rename) => [`${rename.group}.${rename.from}`, rename] as const))(
    '%s has a new name that exists, and the old one is free',
    (_title, { group, from, to }) => {
      const keys = describeKeys().map(({ path }) => path);
      expect(keys).toContain(`${group}.${to}`);
      expect(keys).not.toContain(`${group}.${from}`);
    },
  );

  it('is migrated only where it is old, and other text stays byte for byte', () => {
    const text = 'device: d   # a comment\nlog:   {level: info}\n';
    expect(migrateConfigText(text)).toBe(text);
    expect(migrateConfigText('a: [')).toBe('a: [');
    expect(migrateConfigText('storage: {keepDelivered: 1d, deliveredRetention: 2d}\n')).toContain('keepDelivered: 1d');
    expect(migrateConfigText('storage:\n  keepDelivered: 1d # why\n')).toBe(
      'storage:\n  deliveredRetention: 1d # why\n',
    );
  });
});

describe('a value that was renamed', () => {
  const rule = (type: string): string =>
    `device: d\ncameras: [{id: a, url: "rtsp://h/1", models: [ppe]}]\nrules:\n  - {id: r, type: ${type}, camera: a, model: ppe}\n`;

  it('is refused at its line with the new value', () => {
    expect(problems(rule('dirt'))).toEqual([
      expect.objectContaining({
        code: 'value_renamed',
        line: 4,
        path: 'rules[0].type',
        message: 'renamed: write spill',
        advice: 'write type: spill',
      }),
    ]);
  });

  it('is migrated in a kept configuration, and the same text elsewhere stays', () => {
    expect(migrateConfigText(rule('dirt'))).toContain('type: spill');
    expect(problems(migrateConfigText(rule('dirt')))).toEqual([]);
    expect(migrateConfigText('line: dirt\n')).toBe('line: dirt\n');
  });
});

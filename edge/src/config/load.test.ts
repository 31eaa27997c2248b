import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { checkConfig, ConfigError, describeKeys, loadConfig, type Problem, showConfig } from './index.ts';

const CATALOG = ['ppe', 'defect', 'sanitation'];
const SOURCES = { catalog: CATALOG, env: {} };
const EXAMPLE = new URL('../../../docs/lineside.example.yaml', import.meta.url);

const good = (extra = ''): string =>
  `device: line-1\ncameras:\n  - id: a\n    url: rtsp://host/1\n    models: [ppe]\n${extra}`;

function check(text: string): ReturnType<typeof checkConfig> {
  return checkConfig(text, { ...SOURCES, path: '/etc/lineside/lineside.yaml' });
}

function problems(text: string): readonly Problem[] {
  try {
    check(text);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('a good file', () => {
  it('gets its defaults, the rules those of their type', () => {
    const { config } = check(good('rules:\n  - {id: r, type: missing_headwear, camera: a}\n'));
    expect(config).toMatchObject({
      device: 'line-1',
      line: 'line-1',
      cameras: [{ id: 'a', transport: 'tcp', fps: 5, zones: [] }],
      models: [{ id: 'ppe', ref: 'ppe' }],
      rules: [{ model: 'ppe', minDuration: { ms: 5000 }, severity: 'warning' }],
      status: { listen: { host: '127.0.0.1', port: 8970 } },
      storage: {
        journalQuota: { bytes: 1e9 },
        evidenceQuota: { bytes: 10e9 },
        deliveredRetention: { ms: 30 * 86_400_000 },
      },
      log: { level: 'info' },
    });
    expect(config.uplink).toBeUndefined();
    expect(config.plant).toEqual([]);
  });

  it('may name connections to the plant', () => {
    expect(check(good('plant: [{url: "log:"}]\n')).config.plant.map(({ url }) => url.shown)).toEqual(['log:']);
  });

  it('takes a section whose keys are all commented out as if it were not there', () => {
    expect(check(good('storage:\n  # journalQuota: 1GB\n')).config.storage.journalQuota).toEqual({ bytes: 1e9 });
  });

  it('keeps the hash of its bytes', () => {
    expect(check(good()).sourceHash).not.toBe(check(`${good()}# a comment\n`).sourceHash);
  });
});

describe('a bad file', () => {
  it('is reported with all its problems together, in the order of its lines', () => {
    const found = problems(
      [
        'devise: line-1',
        'cameras:',
        '  - id: a',
        '    url: nonsense',
        '    fps: 0',
        '    models: [pep]',
        '  - id: a',
        '    url: rtsp://host/2',
        'rules:',
        '  - {id: r, type: spill, camera: b}',
        'status: {listen: 0.0.0.0:80}',
      ].join('\n'),
    );
    expect(found.map(({ line, path, code }) => [line, path, code])).toEqual([
      [1, 'device', 'key_missing'],
      [1, 'devise', 'unknown_key'],
      [4, 'cameras[0].url', 'value_invalid'],
      [5, 'cameras[0].fps', 'value_invalid'],
      [6, 'cameras[0].models[0]', 'unknown_model'],
      [7, 'cameras[1].id', 'duplicate_id'],
      [10, 'rules[0].camera', 'unknown_camera'],
      [11, 'status.listen', 'value_invalid'],
    ]);
    for (const problem of found) {
      expect(problem.file).toBe('/etc/lineside/lineside.yaml');
      expect(problem.advice).not.toBe('');
    }
  });

  it.each([
    ['an unknown key', good('storrage: {}\n'), 6, 'storrage', /did you mean storage/],
    ['a wrong type', good('log: {level: 5}\n'), 6, 'log.level', /write for example level: info/],
    ['a word near the right one', good('log: {level: inof}\n'), 6, 'log.level', /did you mean info/],
    ['a duration without a unit', good('storage: {deliveredRetention: 30}\n'), 6, 'storage.deliveredRetention', /30d/],
    ['a size that is none', good('storage: {journalQuota: 1 GB}\n'), 6, 'storage.journalQuota', /1GB/],
    [
      'a zone with two corners',
      good('    zones: [{id: z, polygon: [[0, 0], [1, 1]]}]\n'),
      6,
      'cameras[0].zones[0].polygon',
      /polygon/,
    ],
    [
      'a corner outside of the picture',
      good('    zones: [{id: z, polygon: [[0, 0], [1, 0], [0, 2]]}]\n'),
      6,
      'cameras[0].zones[0].polygon[2][1]',
      /fractions/,
    ],
    [
      'a zone that encloses nothing',
      good('    zones: [{id: z, polygon: [[0, 0], [0.5, 0.5], [1, 1]]}]\n'),
      6,
      'cameras[0].zones[0].polygon',
      /order around/,
    ],
    [
      'a zone that the camera lacks',
      good('rules:\n  - {id: r, type: missing_headwear, camera: a, zone: belt}\n'),
      7,
      'rules[0].zone',
      /known: none/,
    ],
    [
      'a rule whose model is not on its camera',
      good('rules:\n  - {id: r, type: spill, camera: a}\n'),
      7,
      'rules[0].type',
      /add sanitation to the models/,
    ],
    ['a device that is no topic', good().replace('line-1', 'line/1'), 1, 'device', /line-1/],
    ['an unknown scheme', good().replace('rtsp:', 'ftp:'), 4, 'cameras[0].url', /rtsp:/],
    ['an unknown kind of reference', good().replace('host', '${vault:x}'), 4, 'cameras[0].url', /\$\{file:/],
    ['a reference where none is resolved', good('line: ${env:LINE}\n'), 6, 'line', /write the value itself/],
    ['a broker that is no URL', good('uplink: {broker: "collector:1883"}\n'), 6, 'uplink.broker', /mqtt:\/\//],
    ['an unknown plant protocol', good('plant: [{url: "opc.tcp://plc"}]\n'), 6, 'plant[0].url', /log:/],
    ['an address in the open', good('status: {listen: "[::]:8970"}\n'), 6, 'status.listen', /127\.0\.0\.1/],
    ['a list in place of a group', good('storage: [1]\n'), 6, 'storage', /Limits/],
  ])('names %s with line, path and advice', (_what, text, line, path, advice) => {
    const found = problems(text);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ line, path });
    expect(found[0]?.advice).toMatch(advice);
  });

  it('is reported as a YAML error where it is not YAML', () => {
    expect(problems('device: line-1\ncameras: [\n')[0]).toMatchObject({ code: 'yaml_invalid', line: 3 });
    expect(problems('device: a\ndevice: b\n')[0]).toMatchObject({ code: 'yaml_invalid', line: 2 });
    const tagged = good('uplink:\n  broker: mqtt://b\n  password: !secret geheim\n');
    expect(problems(tagged)).toMatchObject([
      { code: 'yaml_invalid', line: 8, message: expect.stringMatching(/quotes/) },
    ]);
    expect(problems('\tdevice: a\n')[0]).toMatchObject({ code: 'yaml_invalid', line: 1 });
  });

  it('is refused when it is empty, a list, or does not exist', async () => {
    expect(problems('')[0]).toMatchObject({ path: 'device', code: 'key_missing' });
    expect(problems('- a\n')).not.toHaveLength(0);
    await using dir = await tempDir();
    await expect(loadConfig(dir.join('none.yaml'), SOURCES)).rejects.toThrow('there is no such file');
    await expect(loadConfig(dir.path, SOURCES)).rejects.toThrow(ConfigError);
  });

  it('never quotes a password, also where the line itself is the error', () => {
    const texts = [
      good().replace('rtsp://host', 'rtsp://u:geheim@host:port'),
      good().replace('rtsp://host/1', '[geheim]'),
      good('uplink: {broker: "mqtt//u:geheim@b", password: [geheim]}\n'),
      good().replace('rtsp://host/1', '"rtsp://u:geheim@host" x'),
      good().replace('rtsp://host/1', '!geheim'),
      good().replace('rtsp://host/1', 'rtmp://u:geheim@host/1?pwd=geheim'),
    ];
    for (const text of texts) {
      const found = problems(text);
      expect(found.length).toBeGreaterThan(0);
      expect(JSON.stringify(found)).not.toContain('geheim');
    }
  });
});

describe('warnings', () => {
  const codes = (text: string): readonly string[] => check(text).warnings.map((warning) => warning.code);

  it('report a password in plain text', () => {
    const rule = 'rules:\n  - {id: r, type: missing_headwear, camera: a}\n';
    const withUrl = (url: string): string => good(rule).replace('rtsp://host/1', url);
    expect(codes(withUrl('rtsp://user:word@host/1'))).toEqual(['plain_secret']);
    expect(codes(withUrl('http://host/cgi?user=a&pwd=b'))).toEqual(['plain_secret']);
    expect(codes(withUrl('rtsp://user@host/1'))).toEqual([]);
    expect(codes(withUrl('rtsp://user:${file:/x}@host/1'))).toEqual([]);
    expect(codes(good(`${rule}uplink: {broker: mqtt://b, username: a, password: b}\n`))).toEqual(['plain_secret']);
  });

  it('report what has no effect', () => {
    expect(codes('device: a\n')).toEqual(['no_cameras']);
    expect(codes(good('models: [{id: x, ref: ./x}]\n'))).toEqual(['model_without_rule', 'model_unused']);
    expect(codes(good().replace('[ppe]', '[]'))).toEqual(['camera_idle']);
  });
});

it('connections to the plant, outputs and signals take references, and a password in plain text is noted', () => {
  const codes = (plant: string, output: string, source: string): readonly string[] => {
    const rule = 'rules: [{id: r, type: product_defect, camera: a}]\n';
    const out = `outputs: [{id: o, camera: a, rules: [r], url: "${output}", reject: "coil:0", delay: 1s}]\n`;
    const text = `${good().replace('[ppe]', '[defect]')}${rule}plant: [{url: "${plant}"}]\n${out}signals: [{id: s, source: "${source}"}]\n`;
    return [...problems(text), ...check(text).warnings].map(({ code, path }) => `${code} ${path}`);
  };
  const mqtt = (login: string): string => `mqtt://${login}@host/topic`;
  const [file, plc] = ['${file:/x}', 'modbus+tcp://host'];
  expect(codes(file, file, mqtt('u:${credential:x}'))).toEqual([]);
  expect(codes('log:', plc, mqtt('u:geheim'))).toEqual(['plain_secret signals[0].source']);
});

it('targets of alerts take references, have ids of their own, and a password in plain text is noted', () => {
  const targets = (...list: string[]): string => `${good()}alerts: {to: [${list.join(', ')}]}\n`;
  const mqtt = (id: string, login: string): string => `{id: ${id}, url: "mqtt://${login}@host/alerts"}`;
  expect(check(targets(mqtt('a', 'u:${file:/x}'))).warnings.map(({ code }) => code)).toEqual(['model_without_rule']);
  expect(check(targets(mqtt('a', 'u:geheim'))).warnings.map(({ code }) => code)).toEqual([
    'model_without_rule',
    'plain_secret',
  ]);
  const refused = (text: string): readonly string[] => problems(text).map(({ code, path }) => `${code} ${path}`);
  expect(refused(targets(mqtt('a', 'u'), mqtt('a', 'v')))).toEqual(['duplicate_id alerts.to[1].id']);
  expect(refused(targets('{id: m, url: "smtp://mail", from: a@b}'))).toEqual([
    expect.stringMatching(/alerts\.to\[0\]\.to$/),
  ]);
});

describe('the example in the documents', () => {
  it('loads without a warning, and its commented lines are the defaults', async () => {
    const text = await readFile(EXAMPLE, 'utf8');
    const loaded = check(text);
    expect(loaded.warnings).toEqual([]);
    const uncommented = text.replaceAll(/^(\s*)# (\w+: \S.*)$/gm, '$1$2');
    expect(uncommented).not.toBe(text);
    expect(showConfig(check(uncommented).config)).toBe(showConfig(loaded.config));
  });

  it('names every key that there is', async () => {
    const text = await readFile(EXAMPLE, 'utf8');
    for (const { path } of describeKeys()) expect(text).toMatch(new RegExp(`\\b${path.split('.').at(-1) ?? ''}:`));
  });

  it('every key is described, with its unit, what it restarts and an example', () => {
    for (const key of describeKeys()) {
      expect(key.description.length, key.path).toBeGreaterThan(10);
      expect(key.example, key.path).toBeDefined();
    }
  });
});

it('a file is read from where it lies, and its relative paths start there', async () => {
  await using dir = await tempDir();
  await writeFile(dir.join('lineside.yaml'), good().replace('rtsp://host/1', './a.mp4'));
  const loaded = await loadConfig(dir.join('lineside.yaml'), SOURCES);
  expect(loaded.baseDir).toBe(dir.path);
  expect(loaded.secrets.url(loaded.config.cameras[0]!.url)).toBe(dir.join('a.mp4'));
});

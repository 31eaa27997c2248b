import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runHere } from '../../../../tests/support/lineside.ts';
import { tempDir, type TempDir } from '../../../../tests/support/temp-dir.ts';
import { LinePlc } from '../../../../scripts/twin/src/plc/index.ts';
import { parseLine } from '../../../../scripts/twin/src/scenes/index.ts';

const LINE = parseLine(
  `seed: 3
size: {width: 640, height: 360}
fps: 10
periodSeconds: 600
cameras: [{id: product, scene: product, bottlesPerMinute: 46, secondsInView: 6}]
`,
  'line.yaml',
);

let plc: LinePlc;
let url: string;
let dir: TempDir;
let ended: Promise<void>;
let stop: AbortController;

beforeEach(async () => {
  dir = await tempDir();
  stop = new AbortController();
  plc = new LinePlc(LINE, { host: '127.0.0.1', port: 0, zero: Date.now() }, () => undefined);
  url = await plc.listen();
  ended = plc.run(stop.signal);
});
afterEach(async () => {
  stop.abort();
  await ended;
  await dir[Symbol.asyncDispose]();
});

const plant = (...args: readonly string[]): ReturnType<typeof runHere> =>
  runHere(['plant', ...args, '--data', dir.path]);

describe('lineside plant', () => {
  it('reads points, says which are bad, and ends with 1 then', async () => {
    const good = await plant('read', `${url}/input:0`, `${url}/input:8?type=text&length=8`);
    expect(good).toMatchObject({ code: 0 });
    expect(good.stdout).toBe(`${url}/input:0  1\n${url}/input:8?type=text&length=8  4601234567893\n`);
    const bad = await plant('read', `${url}/input:99`, '--json');
    expect(bad.code).toBe(1);
    expect(JSON.parse(bad.stdout)).toEqual({ points: [{ url: `${url}/input:99`, bad: 'illegal_address' }] });
  });

  it('writes with --yes alone, shows the value before and after, and says that nobody audits it here', async () => {
    const asked = await plant('write', `${url}/holding:110`, '7', '--by', 'me');
    expect(asked.code).toBe(2);
    expect(asked.stdout).toContain('is 0; --yes writes 7');
    expect((await plant('read', `${url}/holding:110`)).stdout).toContain('holding:110  0');
    const done = await plant('write', `${url}/holding:110`, '7', '--by', 'me', '--yes', '--json');
    expect(done.code).toBe(0);
    expect(JSON.parse(done.stdout)).toMatchObject({ from: '0', to: '7', now: '7', written: true, audited: false });
    const refused = await plant('write', `${url}/holding:5`, '7', '--by', 'me', '--yes');
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toMatch(/illegal_address[^]*Try:/);
  });

  it('tests a controller and shows its registers in every order', async () => {
    const test = await plant('test', `${url}/input:2?type=uint32`, '--count', '20', '--json');
    expect(JSON.parse(test.stdout)).toMatchObject({ reads: 20, bad: 0 });
    const browse = await plant('browse', `${url}/input:6`, '--count', '2');
    expect(browse.code).toBe(0);
    expect(browse.stdout).toMatch(/^input:6 +document 30007 .*float32 ABCD \d{3}/);
    expect(browse.stdout).toContain('float32 CDAB');
  });

  it('names what is wrong: no controller, no known scheme, no service', async () => {
    stop.abort();
    await ended;
    const silent = await plant('read', `${url}/input:0`);
    expect(silent.code).not.toBe(0);
    expect(silent.stderr).toMatch(/no connection to 127\.0\.0\.1[^]*Try:/);
    expect(await plant('read', 'other://plc/1')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('modbus+tcp') as string,
    });
    expect(await plant('arm', 'gate', '--by', 'me')).toMatchObject({ code: 3 });
    expect(await plant('arm', 'gate')).toMatchObject({ code: 2, stderr: expect.stringContaining('--by') as string });
  });
});

import { appendFile, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeOnvif, envelope, streamUri } from '../../support/fake-onvif.ts';
import { lineside } from '../../support/lineside.ts';
import { FROM_SOURCE, NODE, runProcess, startProcess } from '../../support/processes.ts';
import { PseudoTerminal } from '../../support/pseudo-terminal.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';

const ROOT = join(import.meta.dirname, '../../..');
const EDGE = join(ROOT, 'edge/src/cli/index.ts');
const COLLECTOR = join(ROOT, 'cloud-sync/collector/src/cli/index.ts');
const TWIN = join(ROOT, 'scripts/twin/src/cli/index.ts');
const PASSWORD = 'Gold/fish 7';

let resources: AsyncDisposableStack;
let dir: TempDir;
let camera: string;

beforeAll(async () => {
  resources = new AsyncDisposableStack();
  dir = resources.use(await tempDir('lineside-setup-'));
  const twin = resources.use(
    await startProcess(NODE, [...FROM_SOURCE, TWIN, 'run', '--json', '--camera', 'people', '--port', '0']),
  );
  const [line] = await twin.waitForLine(/^\{.*"type":"streams".*\}$/, 120_000);
  const { streams } = JSON.parse(line) as { streams: { id: string; url: string }[] };
  camera = streams.find(({ id }) => id === 'people')!.url;
}, 150_000);
afterAll(() => resources.disposeAsync());

describe('lineside setup at a terminal', () => {
  it('leads from an empty folder to a first event at the collector, also when it is interrupted', async () => {
    const startedMs = performance.now();
    await writeFile(dir.join('collector.yaml'), 'mqtt: {listen: "127.0.0.1:0"}\nhttp: {listen: "127.0.0.1:0"}\n');
    const own = ['--config', dir.join('collector.yaml'), '--data', dir.join('collector')];
    const collector = resources.use(await startProcess(NODE, [...FROM_SOURCE, COLLECTOR, 'run', ...own, '--json']));
    const [ready] = await collector.waitForLine(/^\{"ready":true.*\}$/);
    const { mqtt } = JSON.parse(ready) as { mqtt: string };
    const device = ['device', 'add', 'line-7', '--out', dir.join('password'), '--data', dir.join('collector')];
    expect(await runProcess(NODE, [...FROM_SOURCE, COLLECTOR, ...device])).toMatchObject({ code: 0 });
    const uplinkPassword = (await readFile(dir.join('password'), 'utf8')).trim();
    const { username, password, ...stream } = partsOf(camera);
    await using onvif = await FakeOnvif.open({
      name: 'hall camera',
      users: true,
      answers: { GetStreamUri: envelope(streamUri(stream.url)) },
    });

    const command = [NODE, ...FROM_SOURCE, EDGE, 'setup', '--config', 'line/lineside.yaml', '--data', 'line/data'];
    await using first = new PseudoTerminal(command, dir.path);
    await first.answer(/Name of this device.*: /, 'line-7');
    await first.answer(/Name of the line.*: /, 'Packing 7');
    await first.see(/ok +FFmpeg/);
    await first.answer(/Camera: .*: /, `127.0.0.1:${onvif.port}`);
    await first.answer(/Which camera.*: /, '1');
    await first.answer(/User name.*: /, username);
    await first.answer(/password .*: /, password);
    await first.answer(/Which stream.*: /, '1');
    await first.answer(/Name of the camera.*: /, 'packing');
    await first.see(/packing: h264 \d+x\d+, picture: (\S+)/);
    await first.answer(/Camera: .*: /, '');
    await first.answer(/Models of packing.*: /, 'vest');
    await first.see(/no model vest/);
    await first.answer(/Models of packing.*: /, 'ppe');
    await first.answer(/Zones of packing: .*: /, 'table=0,0;1,0;1,1;0,1');
    await first.answer(/Zones of packing \(table\): .*: /, '');
    await first.answer(/Rule \(empty: no more\): /, 'no hairnet at the table on rainy days');
    await first.see(/not understood: on rainy days; understood: at the table \| no hairnet/);
    await first.see(/Rule \(empty/);
    first.interrupt();
    await first.end();

    // What another person writes into the file stays. No fixed port for a test.
    await appendFile(dir.join('line/lineside.yaml'), '# page\nstatus: {listen: "127.0.0.1:0"}\n');
    await using second = new PseudoTerminal(command, dir.path);
    for (const step of ['Name and line', 'Machine, network and clock', 'Cameras', 'Models', 'Zones']) {
      await second.see(new RegExp(`${step}: done before`));
    }
    await second.answer(/Rule .*: /, 'нет сетки на голове в зоне table дольше 1 секунды — нарушение');
    await second.see(/understood: нет сетки на голове в зоне table на камере packing дольше 1 секунды — нарушение/);
    await second.see(/type: missing_headwear/);
    await second.answer(/Save this rule\? \[Y\/n\]: /, 'y');
    await second.answer(/Rule .*: /, '');
    await second.answer(/Broker of the collector.*: /, mqtt);
    await second.answer(/Password of this device.*: /, uplinkPassword);
    await second.see(/ok +the collector is there/);
    await second.see(/event: .*packing\/table/);
    await second.see(/the collector has it/);
    await second.see(/Lineside, line Packing 7 \(device line-7\)/);
    expect(await second.end()).toBe(0);

    const shown = first.screen + second.screen;
    for (const secret of [password, encodeURIComponent(password), uplinkPassword]) expect(shown).not.toContain(secret);
    const text = await readFile(dir.join('line/lineside.yaml'), 'utf8');
    expect(text).toContain('# нет сетки на голове в зоне table на камере packing дольше 1 секунды — нарушение');
    expect(text).toContain('# page');
    expect(text).not.toContain(uplinkPassword);
    expect((await stat(dir.join('line/secrets/uplink-password'))).mode & 0o777).toBe(0o600);
    expect((await readFile(dir.join('line/data/setup/packing.jpg'))).subarray(0, 2)).toEqual(Buffer.of(0xff, 0xd8));
    const steps = [...shown.matchAll(/^(\d of 8 {2}[^\n:]+)\n(?:(?!\d of 8).*\n)*? {2}\((\d+\.\d) s\)$/gm)];
    for (const [, step, seconds] of steps) console.log(`${step}: ${seconds} s`);
    console.log(
      `from an empty folder to an event at the collector: ${((performance.now() - startedMs) / 1000).toFixed(0)} s`,
    );
    expect(steps.length).toBeGreaterThan(6);
  });

  it('is driven by options alone, goes on after a failed step, and says in JSON what it made', async () => {
    const config = dir.join('scripted/lineside.yaml');
    const base = ['setup', '--yes', '--json', '--config', config, '--data', dir.join('scripted/data'), '--no-event'];
    const dead = await lineside([...base, '--device', 'line-8', '--camera', 'gate=rtsp://a:geheim@127.0.0.1:1/x']);
    expect(dead.code).toBe(1);
    expect(JSON.parse(dead.stdout)).toMatchObject({ error: { code: 'refused' } });
    expect(dead.stdout + dead.stderr).not.toContain('geheim');
    const rule = ['--rule', 'no hairnet in hall for longer than 5 seconds is a violation'];
    const more = ['--camera', `gate=${camera}`, '--model', 'ppe', '--zone', 'hall=0,0;1,0;1,1', '--no-collector'];
    const wrong = await lineside([...base, ...more, '--rule', 'no gloves in hall is a violation']);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/no model of camera gate detects no_gloves/);
    const made = await lineside([...base, ...rule]);
    expect(made.stderr).toMatch(/Name and line: done before/);
    expect(JSON.parse(made.stdout)).toMatchObject({
      device: 'line-8',
      cameras: [{ id: 'gate', models: ['ppe'], zones: ['hall'] }],
      rules: [{ type: 'camera_health' }, { type: 'missing_headwear', sentence: expect.stringContaining('zone hall') }],
    });
    const checked = await lineside([
      'config',
      'check',
      '--strict',
      '--config',
      config,
      '--data',
      dir.join('scripted/data'),
    ]);
    expect(checked).toMatchObject({ code: 0 });
  });
});

/** A URL without its login, which the camera of the twin has or gets. */
function partsOf(text: string): { readonly url: string; readonly username: string; readonly password: string } {
  const url = new URL(text);
  const login = {
    username: decodeURIComponent(url.username) || 'viewer',
    password: decodeURIComponent(url.password) || PASSWORD,
  };
  url.username = '';
  url.password = '';
  return { url: url.href, ...login };
}

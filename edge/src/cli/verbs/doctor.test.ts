import { mkdir, truncate, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { freePort } from '../../../../tests/support/free-port.ts';
import { startMosquitto } from '../../../../tests/support/mosquitto.ts';
import { type TempDir, tempDir } from '../../../../tests/support/temp-dir.ts';
import { TestAuthority } from '../../../../tests/support/test-authority.ts';
import { constantDetector, writeTinyBundle, wrongShapeModel } from '../../../../tests/support/tiny-onnx.ts';
import { notAVideo, testVideo } from '../../../../tests/support/video.ts';
import { lineside, runHere } from '../../../../tests/support/lineside.ts';

const YEAR_MS = 365 * 86_400_000;

interface Finding {
  readonly check: string;
  readonly code: string;
  readonly verdict: string;
  readonly subject?: string;
  readonly message: string;
  readonly meaning: string;
  readonly advice: string;
  readonly tookMs: number;
}

interface Report {
  readonly code: number | null;
  readonly stdout: string;
  readonly checks: readonly Finding[];
  /** Codes of what is not in order, without those that depend on the machine: its clock, its load, its memory. */
  readonly troubles: readonly string[];
}

/** A site where everything is in order: one camera (a file), one model, no uplink. */
async function site(dir: TempDir): Promise<void> {
  const model = constantDetector({ size: 64, classes: 1, boxes: [] });
  await writeTinyBundle(dir.join('tiny'), model, { size: 64, labels: ['cap'] });
  await mkdir(dir.join('data'));
  await configure(dir, { url: await testVideo() });
}

interface SiteFacts {
  readonly url: string;
  readonly label?: string;
  readonly more?: string;
}

async function configure(dir: TempDir, { url, label = 'cap', more = '' }: SiteFacts): Promise<void> {
  const lines = [
    'device: line-1',
    `cameras: [{id: belt, url: "${url}", models: [tiny]}]`,
    'models: [{id: tiny, ref: ./tiny}]',
    `rules: [{id: r, type: product_defect, camera: belt, model: tiny, labels: [${label}]}]`,
    more,
  ];
  await writeFile(dir.join('lineside.yaml'), lines.join('\n'));
}

/** In this process, which spares a start for each; with an environment of its own, as a child. */
async function doctor(dir: TempDir, env?: Readonly<Record<string, string>>): Promise<Report> {
  const args = ['doctor', '--json', '--config', dir.join('lineside.yaml'), '--data', dir.join('data')];
  const { code, stdout } = await (env === undefined ? runHere(args) : lineside(args, { env }));
  const { checks } = JSON.parse(stdout) as { checks: readonly Finding[] };
  const wrong = checks.filter(({ check, verdict }) => verdict !== 'ok' && !OF_THE_MACHINE.has(check));
  return { code, stdout, checks, troubles: wrong.map((check) => check.code) };
}

const OF_THE_MACHINE = new Set(['clock', 'service', 'load', 'memory', 'temperature', 'network', 'disk']);

const find = (report: Report, code: string): Finding => {
  const found = report.checks.find((check) => check.code === code);
  if (found === undefined) throw new Error(`no ${code} among ${report.checks.map((check) => check.code).join(', ')}`);
  return found;
};

describe('the doctor on a site in order', () => {
  it('reports no problem, exits with 0 and checks in the order of dependence', async () => {
    await using dir = await tempDir();
    await site(dir);
    const report = await doctor(dir);
    expect(report.troubles).toEqual([]);
    expect(report.code).toBe(0);
    const order = [...new Set(report.checks.map((check) => check.check))];
    expect(order).toEqual([
      ...['node', 'software', 'memory', 'load', 'temperature', 'ffmpeg', 'data_folder', 'disk', 'wear', 'journal'],
      ...['clock', 'network', 'config', 'secret', 'gpu', 'gstreamer', 'service', 'dns', 'camera', 'model', 'rules'],
      'queue',
    ]);
    expect(find(report, 'camera_ok')).toMatchObject({ subject: 'belt', message: expect.stringContaining('320x180') });
    expect(find(report, 'model_ok')).toMatchObject({ subject: 'tiny', message: expect.stringContaining('cpu') });
    expect(find(report, 'service_not_running').verdict).toBe('warning');
  });

  it('prints for people what each finding means and what to do', async () => {
    await using dir = await tempDir();
    await site(dir);
    const paths = ['--config', dir.join('lineside.yaml'), '--data', dir.join('data')];
    const { stdout } = await lineside(['doctor', '--quiet', ...paths]);
    expect(stdout).not.toMatch(/^ok /m);
    expect(stdout).toMatch(/^warning {2}service .*\n {9}means: nothing is inspected now\n {9}do: /m);
    expect(stdout).toMatch(/\d+ ok, \d+ warnings?, 0 failures, 0 skipped in [\d.]+ s\n$/);
  });

  it('colours the verdicts at a terminal that wants colours, and nothing that comes from outside', async () => {
    await using dir = await tempDir();
    await site(dir);
    // The name of a file is not ours.
    await configure(dir, { url: dir.join('film \u001b[31m.mp4').replaceAll('\u001b', String.raw`\e`) });
    const args = ['doctor', '--config', dir.join('lineside.yaml'), '--data', dir.join('data')];
    const [escape, end] = ['\u001b[', '\u001b[0m'];
    const drawn = async (env: Readonly<Record<string, string | undefined>>): Promise<string> => {
      let text = '';
      const { stdout } = await runHere(args, { env: { ...process.env, ...env }, onDraw: (more) => (text += more) });
      return `${text}${stdout}`;
    };
    const [coloured, plain] = [await drawn({ NO_COLOR: undefined }), await drawn({ NO_COLOR: '1' })];
    expect(coloured).toContain(`${escape}32mok      ${end} node`);
    expect(coloured).toContain([`${escape}31;1m`, `failure ${end} camera belt`].join(''));
    expect(coloured).toContain(String.raw`film \u001b[31m.mp4`);
    const uncoloured = ['32', '33', '31;1', '2'].reduce(
      (text, colour) => {
        return text.replaceAll(`${escape}${colour}m`, '');
      },
      coloured.replaceAll(end, ''),
    );
    expect(uncoloured).not.toContain(escape);
    expect(plain).not.toContain(escape);
  });
});

describe('the doctor detects', () => {
  it('that there is no FFmpeg, and skips the camera', async () => {
    await using dir = await tempDir();
    await site(dir);
    const report = await doctor(dir, { PATH: dir.path });
    expect(report.troubles).toEqual(['ffmpeg_missing', 'camera_skipped']);
    expect(report.code).toBe(1);
    expect(find(report, 'ffmpeg_missing').advice).toContain('apt install ffmpeg');
  });

  it('a label of a rule that the model does not have, which `config check` refuses at its line', async () => {
    await using dir = await tempDir();
    await site(dir);
    await configure(dir, { url: await testVideo(), label: 'crack' });
    const report = await doctor(dir);
    expect(report.troubles).toEqual(['rule_label_unknown']);
    expect(report.code).toBe(1);
    expect(find(report, 'rule_label_unknown')).toMatchObject({
      check: 'rules',
      subject: 'r',
      verdict: 'failure',
      message: 'rules[0].labels: model tiny has no label crack, so this rule can never open an event',
      advice: 'set labels to labels of the model: cap',
    });
    const paths = ['--config', dir.join('lineside.yaml'), '--data', dir.join('data')];
    const checked = await runHere(['config', 'check', '--json', ...paths]);
    expect(checked.code).toBe(2);
    expect(JSON.parse(checked.stdout)).toMatchObject({
      ok: false,
      problems: [{ code: 'rule_label_unknown', line: 4, path: 'rules[0].labels' }],
    });
    await configure(dir, { url: await testVideo() });
    expect((await runHere(['config', 'check', ...paths])).code).toBe(0);
  });

  it('a stage that is to refine labels that its source does not have, which `config check` refuses too', async () => {
    await using dir = await tempDir();
    const config = dir.join('lineside.yaml');
    const paths = ['--config', config, '--data', dir.join('data')];
    const check = async (source: string): Promise<Awaited<ReturnType<typeof runHere>>> => {
      const stages = `[{model: heads, source: ${source}, refines: true}]`;
      const text = `device: d\ncameras:\n  - {id: c, url: 'lavfi:testsrc', models: [${source}], stages: ${stages}}\n`;
      await writeFile(config, text);
      return runHere(['config', 'check', '--json', ...paths]);
    };
    const wrong = await check('defect');
    expect(wrong.code).toBe(2);
    expect(JSON.parse(wrong.stdout)).toMatchObject({
      problems: [{ code: 'refine_label_unknown', path: 'cameras[0].stages[0].refines' }],
    });
    expect((await check('ppe')).code).toBe(0);
  });

  it('that the data folder is a file, or inside one', async () => {
    await using dir = await tempDir();
    await site(dir);
    await writeFile(dir.join('file'), '');
    const paths = ['--config', dir.join('lineside.yaml')];
    for (const data of [dir.join('file'), dir.join('file/below')]) {
      const { code, stdout } = await runHere(['doctor', '--json', ...paths, '--data', data]);
      expect(stdout).toContain('"code":"data_folder_unwritable"');
      expect(code).toBe(1);
    }
  });

  it('everything that is wrong with the configuration, and ends with 2', async () => {
    await using dir = await tempDir();
    await site(dir);
    await configure(dir, { url: 'nonsense', more: 'storrage: {}' });
    const report = await doctor(dir);
    expect(report.troubles).toEqual([
      ...['config_value_invalid', 'config_unknown_key', 'secret_skipped', 'dns_skipped', 'camera_skipped'],
      ...['model_skipped', 'rules_skipped', 'broker_skipped', 'plant_skipped', 'updates_skipped'],
    ]);
    expect(find(report, 'camera_skipped').message).toContain('needs config, which is not in order');
    expect(report.code).toBe(2);
    expect(find(report, 'config_unknown_key')).toMatchObject({ message: expect.stringMatching(/lineside\.yaml:5:1/) });
  });

  it('that the file is bad and the last good one is in force, and continues with it', async () => {
    await using dir = await tempDir();
    await site(dir);
    await mkdir(dir.join('data/config'));
    await configure(dir, { url: await notAVideo() });
    const { rename } = await import('node:fs/promises');
    await rename(dir.join('lineside.yaml'), dir.join('data/config/last-good.yaml'));
    await configure(dir, { url: 'nonsense' });
    const report = await doctor(dir);
    expect(report.troubles).toEqual(['config_value_invalid', 'config_last_good', 'camera_not_video']);
    expect(report.code).toBe(2);
  });

  it('that a secret is missing, naming only its reference', async () => {
    await using dir = await tempDir();
    await site(dir);
    await configure(dir, { url: 'rtsp://u:${file:./none}@127.0.0.1/1' });
    const report = await doctor(dir);
    expect(report.troubles).toEqual(['secret_missing', 'camera_skipped']);
    expect(find(report, 'secret_missing')).toMatchObject({ check: 'secret', subject: 'camera belt' });
    expect(report.code).toBe(1);
  });

  it('that nobody listens at the camera, without printing its password', async () => {
    await using dir = await tempDir();
    await site(dir);
    await configure(dir, { url: `rtsp://admin:geheim@127.0.0.1:${await freePort()}/1` });
    const report = await doctor(dir);
    expect(report.troubles).toEqual(['config_plain_secret', 'camera_refused']);
    expect(report.code).toBe(1);
    expect(find(report, 'camera_refused').meaning).not.toBe('');
    expect(report.stdout).not.toContain('geheim');
  });

  it('that the camera is no video, or a missing file', async () => {
    await using dir = await tempDir();
    await site(dir);
    await configure(dir, { url: await notAVideo() });
    expect((await doctor(dir)).troubles).toEqual(['camera_not_video']);
    await configure(dir, { url: './gone.mp4' });
    expect((await doctor(dir)).troubles).toEqual(['camera_not_found']);
  });

  it('that the model is truncated, changed, or of the wrong shape', async () => {
    await using dir = await tempDir();
    await site(dir);
    await truncate(dir.join('tiny/model.onnx'), 100);
    expect((await doctor(dir)).troubles).toEqual(['model_truncated']);
    await writeFile(dir.join('tiny/model.onnx'), wrongShapeModel(64));
    expect((await doctor(dir)).troubles).toEqual(['hash_mismatch']);
    await writeTinyBundle(dir.join('tiny'), wrongShapeModel(64), { size: 64, labels: ['cap'] });
    const report = await doctor(dir);
    expect(report.troubles).toHaveLength(1);
    expect(report.troubles[0]).toMatch(/^model_(shape|labels)$/);
    expect(report.code).toBe(1);
  });

  it('that the clock is behind the journal', async () => {
    await using dir = await tempDir();
    await site(dir);
    await writeFile(dir.join('data/journal.db'), '');
    const tomorrow = new Date(Date.now() + 86_400_000);
    await utimes(dir.join('data/journal.db'), tomorrow, tomorrow);
    expect(find(await doctor(dir), 'clock_behind').verdict).toBe('failure');
  });
});

describe('the doctor at the broker', () => {
  const uplink = (port: number, more = ''): string => `uplink: {broker: "mqtt://127.0.0.1:${port}"${more}}`;

  it('detects that nobody listens', async () => {
    await using dir = await tempDir();
    await site(dir);
    await configure(dir, { url: await testVideo(), more: uplink(await freePort()) });
    const report = await doctor(dir);
    expect(report.troubles).toEqual(['broker_refused', 'collector_skipped']);
    expect(find(report, 'broker_refused').meaning).toContain('kept on the device');
  });

  it('detects that what listens is no broker', async () => {
    await using dir = await tempDir();
    await site(dir);
    const server = createServer(() => undefined).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await configure(dir, { url: await testVideo(), more: uplink(port) });
    expect((await doctor(dir)).troubles).toEqual(['broker_silent', 'collector_skipped']);
    server.close();
  });

  it('detects that the authority of the broker is unknown, and nothing wrong once the configuration names it', async () => {
    await using dir = await tempDir();
    await site(dir);
    const authority = await TestAuthority.make(dir.path, 'authority', YEAR_MS);
    const { certFile, keyFile } = await authority.issue('broker', '127.0.0.1', YEAR_MS);
    await using broker = await startMosquitto({ config: [`certfile ${certFile}`, `keyfile ${keyFile}`] });
    const secure = (more: string): string => `uplink: {broker: "mqtts://127.0.0.1:${broker.port}"${more}}`;
    await configure(dir, { url: await testVideo(), more: secure('') });
    const untrusted = await doctor(dir);
    expect(untrusted.troubles).toEqual(['broker_tls_untrusted', 'collector_skipped']);
    expect(find(untrusted, 'broker_tls_untrusted').advice).toContain('uplink.ca');
    await configure(dir, { url: await testVideo(), more: secure(', ca: ./authority.crt') });
    expect((await doctor(dir)).troubles).toEqual(['collector_absent']);
  });

  it('detects a wrong password, then a missing collector, then nothing', async () => {
    await using dir = await tempDir();
    await site(dir);
    await using broker = await startMosquitto({ users: { 'line-1': 'right', collector: 'c' } });
    await writeFile(dir.join('password'), 'wrong');
    const more = uplink(broker.port, ', username: line-1, password: "${file:./password}"');
    await configure(dir, { url: await testVideo(), more });
    expect((await doctor(dir)).troubles).toEqual(['secret_exposed', 'credentials_refused', 'collector_skipped']);
    const paths = ['--config', dir.join('lineside.yaml'), '--data', dir.join('data')];
    expect((await runHere(['doctor', '--fix', ...paths])).stdout).toMatch(
      /^fixed +.*password has the rights \d+0 now$/m,
    );

    await writeFile(dir.join('password'), 'right\n');
    const absent = await doctor(dir);
    expect(absent.troubles).toEqual(['collector_absent']);
    expect(absent.code).toBe(0);

    const { connectAsync } = await import('mqtt');
    const collector = await connectAsync(broker.url, { username: 'collector', password: 'c', protocolVersion: 5 });
    const state = JSON.stringify({ v: 1, online: true, session: 's', t: 0 });
    await collector.publishAsync('lineside/v1/collector/state', state, { retain: true, qos: 1 });
    await collector.endAsync();
    const there = await doctor(dir);
    expect(there.troubles).toEqual([]);
    expect(find(there, 'collector_ok').check).toBe('collector');
  });
});

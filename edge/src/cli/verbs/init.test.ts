import { readFile, stat, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { runHere } from '../../../../tests/support/lineside.ts';
import { tempDir } from '../../../../tests/support/temp-dir.ts';
import { testVideo } from '../../../../tests/support/video.ts';

it('init writes a configuration that config check accepts, with passwords in private files, and overwrites nothing', async () => {
  await using dir = await tempDir('lineside-init-');
  const config = dir.join('line/lineside.yaml');
  const cameras = ['rtsp://viewer:gold/fish@10.0.0.21/stream1', await testVideo()];
  const args = ['init', '--config', config, '--device', 'line-7', '--model', 'ppe', '--json'];
  const made = await runHere([...args, ...cameras.flatMap((url) => ['--camera', url])]);
  expect(made).toMatchObject({ code: 0 });
  expect(JSON.parse(made.stdout)).toMatchObject({ file: config, device: 'line-7', cameras: ['camera-1', 'camera-2'] });
  expect(made.stdout + made.stderr).not.toContain('fish');
  expect(await readFile(config, 'utf8')).toContain('viewer:${file:./secrets/camera-1}@10.0.0.21');
  expect(await readFile(dir.join('line/secrets/camera-1'), 'utf8')).toBe('gold/fish\n');
  expect((await stat(dir.join('line/secrets/camera-1'))).mode & 0o777).toBe(0o600);
  const checked = await runHere([
    'config',
    'check',
    '--strict',
    '--json',
    '--config',
    config,
    '--data',
    dir.join('data'),
  ]);
  expect(JSON.parse(checked.stdout)).toMatchObject({ ok: true, warnings: [] });

  await writeFile(config, 'device: mine\n');
  const again = await runHere(args);
  expect(again.code).toBe(2);
  expect(JSON.parse(again.stdout)).toMatchObject({ error: { code: 'file_exists' } });
  expect(await readFile(config, 'utf8')).toBe('device: mine\n');
});

it.each(['defect', 'ppe', 'sanitation'])(
  'init with the model %s gives each camera a rule that fits it',
  async (model) => {
    await using dir = await tempDir('lineside-init-');
    const config = dir.join('lineside.yaml');
    const broker = ['--broker', 'mqtts://collector.plant:8883', '--device', 'line-1'];
    expect(
      (await runHere(['init', '--config', config, '--model', model, '--camera', await testVideo(), ...broker])).code,
    ).toBe(0);
    const checked = await runHere(['config', 'check', '--json', '--config', config, '--data', dir.join('data')]);
    expect(JSON.parse(checked.stdout)).toMatchObject({ ok: true });
    expect(await readFile(config, 'utf8')).toContain('password: ${file:./secrets/uplink-password}');
  },
);

it('camera test decodes frames of a file or a configured camera, and writes a snapshot', async () => {
  await using dir = await tempDir('lineside-camera-');
  const config = dir.join('lineside.yaml');
  await runHere(['init', '--config', config, '--camera', await testVideo(), '--device', 'line-1']);
  const shot = dir.join('shot.jpg');
  const byId = await runHere([
    'camera',
    'test',
    'camera',
    '--config',
    config,
    '--json',
    '--seconds',
    '1',
    '--snapshot',
    shot,
  ]);
  expect(byId).toMatchObject({ code: 0 });
  expect(JSON.parse(byId.stdout)).toMatchObject({ ok: true, width: 320, height: 180, snapshot: shot });
  expect((await readFile(shot)).subarray(0, 2)).toEqual(Buffer.of(0xff, 0xd8));
  const byUrl = await runHere(['camera', 'test', await testVideo(), '--seconds', '1']);
  expect(byUrl.code).toBe(0);
  expect(byUrl.stdout).toMatch(/320x180\n\d+ frames decoded/);
});

it('camera test reports what is wrong with its code and without the password, and a camera that nobody knows', async () => {
  await using dir = await tempDir('lineside-camera-');
  const config = dir.join('lineside.yaml');
  await runHere(['init', '--config', config, '--camera', await testVideo(), '--device', 'line-1']);
  const dead = await runHere(['camera', 'test', 'rtsp://admin:geheim@127.0.0.1:1/x', '--json', '--config', config]);
  expect(dead.code).toBe(1);
  expect(JSON.parse(dead.stdout)).toMatchObject({ error: { code: 'refused' } });
  expect(dead.stdout + dead.stderr).not.toContain('geheim');
  const unknown = await runHere(['camera', 'test', 'nobody', '--json', '--config', config]);
  expect(unknown.code).toBe(2);
  expect(JSON.parse(unknown.stdout)).toMatchObject({
    error: { code: 'camera_unknown', advice: expect.stringContaining('camera') },
  });
});

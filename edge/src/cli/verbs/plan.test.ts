import { readFile, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { startAppliance } from '../../../../tests/support/appliance.ts';
import { brightModel } from '../../../../tests/support/blinking.ts';
import { built } from '../../../../tests/support/built.ts';
import { runHere } from '../../../../tests/support/lineside.ts';
import { type TempDir, tempDir } from '../../../../tests/support/temp-dir.ts';
import { waitFor } from '../../../../tests/support/wait-for.ts';

/** Runs `lineside plan --json` for one camera with these model entries. */
async function planned(dir: TempDir, url: string, models: readonly object[], ...args: readonly string[]) {
  const config = {
    device: 'line-1',
    cameras: [{ id: 'belt', url, fps: 5, models }],
    models: [await brightModel(dir.path)],
    status: { listen: '127.0.0.1:0' },
  };
  const path = dir.join('lineside.yaml');
  await writeFile(path, JSON.stringify(config));
  const options = ['--config', path, '--data', dir.join('data'), '--seconds', '0.5', '--json'];
  const { code, stdout, stderr } = await runHere(['plan', ...options, ...args]);
  return { code, stderr, report: JSON.parse(stdout) as Record<string, unknown> };
}

type Config = Record<string, unknown> & { cameras: { url: string; models: Record<string, unknown>[] }[] };

beforeAll(built);

describe('lineside plan', () => {
  it('measures the stream of a camera and its model, and says what they use', async () => {
    await using dir = await tempDir();
    const url = 'lavfi:testsrc2=size=320x180:rate=10';
    const { report } = await planned(dir, url, [{ id: 'bright' }]);
    expect(report).toMatchObject({
      cameras: [{ camera: 'belt', basis: 'measured', width: 320, height: 180, wantedFps: 5 }],
      models: [{ model: 'bright', provider: 'cpu', perSecond: 5 }],
      refused: [],
    });
    const [{ cores }] = report['cameras'] as [{ readonly cores: number }];
    expect(cores).toBeGreaterThan(0);
    expect((report['uses'] as { readonly resource: string }[]).map(({ resource }) => resource)).toEqual([
      'cpu',
      'model bright',
    ]);
  });

  it('refuses a configuration that cannot be inspected here, with what to change, and takes a camera that is away as one of the size given', async () => {
    await using dir = await tempDir();
    // Thousands of tiles for each frame.
    const tiles = { size: 128, overlap: 0.9 };
    const { code, report } = await planned(
      dir,
      'rtsp://127.0.0.1:1/stream',
      [{ id: 'bright', tiles }],
      ...['--size', '1280x720', '--rate', '10'],
    );
    expect(code).toBe(1);
    expect(report).toMatchObject({
      fits: false,
      camerasThatFit: 0,
      cameras: [
        { basis: 'assumed', reason: expect.stringMatching(/refused/i), width: 1280, height: 720, sourceFps: 10 },
      ],
    });
    expect(report['change']).toContainEqual(expect.stringMatching(/lower the rate|use at most 0/));
    // What was measured is kept, and judges this configuration and those that differ in rates.
    const path = dir.join('lineside.yaml');
    const where = ['--config', path, '--data', dir.join('data'), '--json'];
    const check = async (change: (config: Config) => void) => {
      const config = JSON.parse(await readFile(path, 'utf8')) as Config;
      change(config);
      await writeFile(path, JSON.stringify(config));
      const { code: ended, stdout } = await runHere(['config', 'check', ...where]);
      const { warnings, problems } = JSON.parse(stdout) as Record<'warnings' | 'problems', { readonly code: string }[]>;
      return [ended, ...[...warnings, ...problems].map((one) => one.code).filter((one) => one === 'does_not_fit')];
    };
    expect(await check(() => undefined)).toEqual([0, 'does_not_fit']);
    expect(await check(({ cameras }) => (cameras[0]!.models[0]!['interval'] = '10h'))).toEqual([0]);
    expect(await check(({ cameras }) => delete cameras[0]!.models[0]!['interval'])).toEqual([0, 'does_not_fit']);
    expect(await check((config) => (config['inference'] = { whenShort: 'refuse' }))).toEqual([2, 'does_not_fit']);
    const refused = await runHere(['run', ...where]);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('cannot all be inspected')]);
    // A line that runs goes on as it was.
    expect(await check(({ cameras }) => (cameras[0]!.models[0]!['interval'] = '10h'))).toEqual([0]);
    await using line = await startAppliance({ config: path, data: dir.join('data') });
    expect(await check(({ cameras }) => delete cameras[0]!.models[0]!['interval'])).toEqual([2, 'does_not_fit']);
    const { config: inForce } = await waitFor('the change to be refused', async () => {
      const status = await line.status();
      return status.config.problem !== undefined && status;
    });
    expect(inForce).toMatchObject({ state: 'last_good', problem: expect.stringContaining('cannot all be inspected') });
    expect(await check(({ cameras }) => (cameras[0]!.models[0]!['interval'] = '10h'))).toEqual([0]);
    await waitFor('a configuration that fits', async () => (await line.status()).config.state === 'good');
    await line.stop();
    // Of another camera nothing is known.
    expect(await check(({ cameras }) => (cameras[0]!.url = 'rtsp://127.0.0.1:2/other'))).toEqual([0]);
  });

  it('ends with 2 where there is nothing to plan, or a size is none', async () => {
    await using dir = await tempDir();
    const path = dir.join('lineside.yaml');
    await writeFile(path, JSON.stringify({ device: 'line-1' }));
    const without = await runHere(['plan', '--config', path, '--json']);
    expect([without.code, JSON.parse(without.stdout)]).toMatchObject([2, { error: { code: 'no_cameras' } }]);
    expect((await runHere(['plan', '--config', path, '--size', 'big'])).code).toBe(2);
  });
});

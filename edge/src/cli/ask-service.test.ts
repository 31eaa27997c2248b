import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { lineside, runHere } from '../../../tests/support/lineside.ts';
import { StatusWorld } from '../../../tests/support/status-world.ts';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { silentLogger, systemClock } from '@lineside/kit';
import { controlSocketPath, StatusServer } from '../status/index.ts';

/** A service that answers on the control socket of `dir`, while `use` runs. */
async function withService(dir: TempDir, use: (world: StatusWorld) => Promise<void>): Promise<void> {
  const world = new StatusWorld(dir.join('evidence'));
  const server = new StatusServer({
    source: world,
    listen: { host: '127.0.0.1', port: 0 },
    socketPath: controlSocketPath(dir.path),
    clock: systemClock,
    random: Math.random,
    log: silentLogger,
  });
  const stop = new AbortController();
  const running = server.run(stop.signal);
  await server.address();
  try {
    await use(world);
  } finally {
    stop.abort();
    await running;
  }
}

describe('lineside status, while the service runs', () => {
  it('prints what is inspected, and ends with 0', async () => {
    await using dir = await tempDir();
    await withService(dir, async () => {
      const { code, stdout } = await runHere(['status', '--data', dir.path]);
      expect(code).toBe(0);
      expect(stdout).toMatch(/^inspecting: /);
      expect(stdout).toMatch(/^camera {3}people: inspecting.*ppe \d+ of \d+ inspected/m);
      expect(stdout).toMatch(/^uplink {3}online/m);
      const json = await lineside(['status', '--json', '--data', dir.path]);
      expect(JSON.parse(json.stdout)).toMatchObject({ v: 1, health: { ok: true }, link: { state: 'online' } });
    });
  });

  it('ends with 4 where only a part of the line is inspected', async () => {
    await using dir = await tempDir();
    await withService(dir, async (world) => {
      world.cameras[0]!.failedAtMs = performance.now();
      const { code, stdout } = await runHere(['status', '--data', dir.path]);
      expect(stdout).toMatch(/^degraded: /);
      expect(code).toBe(4);
    });
  });

  it('prints what is wrong with advice, and ends with 5 where nothing is inspected', async () => {
    await using dir = await tempDir();
    await withService(dir, async (world) => {
      world.visionDown = true;
      world.configRefused = true;
      const { code, stdout } = await runHere(['status', '--data', dir.path]);
      expect(code).toBe(5);
      expect(stdout).toMatch(/^not inspecting: .*\n {2}! The vision process is down.*\n {4}Try: /);
      expect(stdout).toContain('the last good one is in force');
    });
  });

  it('is repeated by the doctor, with codes of the doctor', async () => {
    await using dir = await tempDir();
    await writeFile(dir.join('lineside.yaml'), 'device: a\n');
    await withService(dir, async (world) => {
      world.configRefused = true;
      world.journalWritable = false;
      const paths = ['--data', dir.path, '--config', dir.join('lineside.yaml')];
      const { code, stdout } = await runHere(['doctor', '--json', ...paths]);
      expect(code).toBe(1);
      const { checks } = JSON.parse(stdout) as { checks: { check: string; code: string; verdict: string }[] };
      const said = checks
        .filter((check) => check.check === 'service')
        .map(({ code: name, verdict }) => [name, verdict]);
      expect(said).toContainEqual(['service_journal_not_writable', 'failure']);
      expect(said).toContainEqual(['service_config_refused', 'warning']);
    });
  });
});

describe('lineside run', () => {
  it('ends with 2 for a bad configuration where no last good one exists, and creates nothing', async () => {
    await using dir = await tempDir();
    await writeFile(dir.join('lineside.yaml'), 'devise: a\n');
    const args = ['run', '--config', dir.join('lineside.yaml'), '--data', dir.join('data')];
    const { code, stdout, stderr } = await lineside(args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /^Error: 2 problems:\n.*device: is missing\n.*devise: is not a known key\nTry: lineside config check --config /,
    );
  });
});

import { stripVTControlCharacters } from 'node:util';
import { silentLogger, systemClock } from '@lineside/kit';
import { describe, expect, it } from 'vitest';
import { StatusWorld } from '../../../../tests/support/status-world.ts';
import { tempDir } from '../../../../tests/support/temp-dir.ts';
import { controlSocketPath, StatusServer } from '../../status/index.ts';
import type { Io } from '../io.ts';
import { runCommand } from '../program.ts';

interface Ran {
  readonly code: number;
  readonly drawn: string;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `lineside top` on a terminal of that size until it has drawn so many screens. */
async function top(dataDir: string, screens: number, size?: { columns: number; rows: number }): Promise<Ran> {
  const stop = new AbortController();
  let [drawn, stdout, stderr, count] = ['', '', '', 0];
  const seen = (): void => {
    count += 1;
    if (count >= screens) stop.abort();
  };
  const io: Io = {
    out: (text) => {
      stdout += `${text}\n`;
      seen();
    },
    err: (text) => void (stderr += `${text}\n`),
    ...(size && {
      terminal: {
        draw: (text: string) => {
          drawn += text;
          if (text.startsWith('\u001b[H')) seen();
        },
        size: () => size,
      },
    }),
    ...{ isTerminal: true, env: {}, cwd: '/', clock: systemClock, signal: stop.signal, random: Math.random },
  };
  const args = ['top', '--data', dataDir, ...(size === undefined ? ['--json'] : [])];
  const code = await runCommand(args, io, '0.0.0');
  return { code, drawn, stdout, stderr };
}

describe('lineside top', () => {
  it('draws the status anew, with open events, no wider and no higher than the terminal, and puts it back', async () => {
    await using dir = await tempDir();
    const world = new StatusWorld(dir.join('world'));
    await world.addEvent('people', 'personnel_violation', 'bare \u001b[2J head');
    const stop = new AbortController();
    const server = new StatusServer({
      ...{ source: world, listen: { host: '127.0.0.1', port: 0 }, socketPath: controlSocketPath(dir.path) },
      ...{ clock: systemClock, random: Math.random, log: silentLogger },
    });
    const serving = server.run(stop.signal);
    await server.address();
    const { code, drawn } = await top(dir.path, 2, { columns: 70, rows: 12 });
    stop.abort();
    await serving;
    expect(code).toBe(0);
    expect(drawn.startsWith('\u001b[?1049h')).toBe(true);
    expect(drawn.endsWith('\u001b[?1049l')).toBe(true);
    const screens = drawn.split('\u001b[H').slice(1);
    expect(screens).toHaveLength(2);
    expect(screens[0]).toContain('Packing 1 (line-1)');
    expect(screens[0]).toMatch(/event {4}critical personnel violation: bare .* head at people\/p/);
    // What a label holds acts on no terminal.
    expect(screens[0]).not.toContain('\u001b[2J');
    const lines = (screens[0] ?? '').split('\r\n');
    expect(lines.length).toBeLessThanOrEqual(11);
    for (const line of lines) expect(stripVTControlCharacters(line).length).toBeLessThanOrEqual(70);
  });

  it('shows that no service runs, and prints one line of JSON a second with --json', async () => {
    await using dir = await tempDir();
    expect((await top(dir.path, 1, { columns: 80, rows: 24 })).drawn).toContain('not running: no service uses');
    const { code, stdout } = await top(dir.path, 2);
    expect(code).toBe(0);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as object),
    ).toEqual([
      { service: 'down', dataDir: dir.path },
      { service: 'down', dataDir: dir.path },
    ]);
  });
});

import { mkdir, readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setModelLimit } from '../../app/model-limit.ts';
import type { Entry } from '../../journal/index.ts';
import { EXIT } from '../exit.ts';
import { runHere, startLineside } from '../../../../tests/support/lineside.ts';
import { commandLineOf, descendantsOf, environmentOf, waitUntilGone } from '../../../../tests/support/processes.ts';
import { type TempDir, tempDir } from '../../../../tests/support/temp-dir.ts';
import { waitFor } from '../../../../tests/support/wait-for.ts';

const GOOD = 14;
const SIZE = { width: 120, height: 80 };

let dir: TempDir;

/** A lid with a printed ring on a tray; `fault` is painted on it. */
async function lid(path: string, n: number, fault = ''): Promise<void> {
  const [dx, dy] = [(n % 3) - 1, (n % 5) - 2];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${SIZE.width}" height="${SIZE.height}">
    <rect width="100%" height="100%" fill="rgb(${120 + n},120,118)"/>
    <circle cx="${60 + dx}" cy="${40 + dy}" r="30" fill="#c9a227"/>
    <circle cx="${60 + dx}" cy="${40 + dy}" r="20" fill="none" stroke="#7a1f1f" stroke-width="4"/>${fault}</svg>`;
  await sharp(Buffer.from(svg)).png().toFile(path);
}

const CRACK = '<path d="M45 30 L58 42 L52 50 L70 60" stroke="#111" stroke-width="4" fill="none"/>';

beforeAll(async () => {
  dir = await tempDir();
  for (const folder of ['good', 'bad', 'few']) await mkdir(dir.join(folder));
  for (let n = 0; n < GOOD; n += 1) await lid(dir.join(`good/${String(n).padStart(2, '0')}.png`), n);
  for (let n = 0; n < 3; n += 1) await lid(dir.join(`bad/${n}.png`), n, CRACK);
  for (let n = 0; n < 9; n += 1) await lid(dir.join(`few/${n}.png`), n);
  await lid(dir.join('good/13.png'), 13, CRACK);
});
afterAll(() => dir[Symbol.asyncDispose]());

interface Taught {
  readonly pieces: number;
  readonly odd: readonly { readonly number: number; readonly score: number }[];
  readonly limit: { readonly mads: number; readonly from: string; readonly found?: number };
  readonly bundle?: { readonly dir: string; readonly state: string; readonly sha256: string };
}

const teach = async (...args: readonly string[]): Promise<{ code: number; stderr: string; taught: Taught }> => {
  const { code, stdout, stderr } = await runHere(['model', 'teach', ...args, '--data', dir.join('data'), '--json']);
  return { code, stderr, taught: JSON.parse(stdout) as Taught };
};

const teachingOf = (pid: number): number | undefined =>
  descendantsOf(pid).find((one) => commandLineOf(one).includes('teach-main'));

const detect = async (image: string): Promise<unknown> => {
  const args = ['detect', '--model', 'lids', '--data', dir.join('data'), '--json', dir.join(image)];
  const { stdout } = await runHere(args);
  return JSON.parse(stdout.trim().split('\n')[0] ?? '');
};

describe('lineside model teach', () => {
  it('stops before the limit with --review, and names the odd piece among the good ones first', async () => {
    const { code, taught } = await teach('--images', dir.join('good'), '--id', 'lids', '--review');
    expect(code).toBe(0);
    expect(taught.bundle).toBeUndefined();
    expect(taught.odd[0]?.number).toBe(14);
    const sheet = await readFile(dir.join('data/teaching/lids/sheet.jpg'));
    expect([sheet[0], sheet[1]]).toEqual([0xff, 0xd8]);
  });

  it('learns in a process with one memory pool, as the service does, and says what can be said by code alone as before', async () => {
    const running = teach('--id', 'lids', '--review');
    const child = await waitFor('the process of the teaching', () => teachingOf(process.pid));
    expect(environmentOf(child)).toContain('MALLOC_ARENA_MAX=1');
    expect((await running).code).toBe(0);
    // What is missing on the machine has an exit code of its own, wherever it is found to be missing.
    const args = ['model', 'teach', '--images', dir.join('good'), '--id', 'none', '--data', dir.join('data'), '--json'];
    const { code, stdout, stderr } = await runHere(args, { env: { ...process.env, PATH: '/nowhere' } });
    expect([code, JSON.parse(stdout)]).toMatchObject([EXIT.environment, { error: { code: 'ffmpeg_missing' } }]);
    expect(stderr).toMatch(/^Error: .*\nTry: /);
  });

  it('ends with what it has started when it is interrupted, and keeps the pieces', async () => {
    const source = ['--camera', 'lavfi:testsrc=s=160x120:r=10', '--good', '60s', '--pieces', '500', '--id', 'pattern'];
    await using command = await startLineside(['model', 'teach', ...source, '--data', dir.join('data')]);
    await command.waitForLine(/^\d+ of 500 pieces (?:read|judged), about \d+ s left/, 120_000);
    const teaching = teachingOf(command.pid) ?? 0;
    expect(teaching).toBeGreaterThan(0);
    command.kill('SIGINT');
    // In good order, or by the signal where a busy machine takes longer than a command waits.
    const { code, signal } = await command.waitForExit();
    expect([code, signal]).toEqual(signal === null ? [0, null] : [null, 'SIGINT']);
    expect(command.stdout).toBe('');
    expect(command.stderr).not.toContain('Error');
    await waitUntilGone(teaching);
    const state = JSON.parse(await readFile(dir.join('data/teaching/pattern/state.json'), 'utf8')) as {
      good: object[];
    };
    expect(state.good).toHaveLength(500);
  });

  it('teaches again without the pieces that were struck, sharpens the limit by bad pieces, and writes a bundle that only watches', async () => {
    // The same images again: a collection is continued, and no piece is taken twice.
    const args = ['--images', dir.join('good'), '--id', 'lids', '--strike', '14', '--bad', dir.join('bad')];
    const { code, taught } = await teach(...args);
    expect([code, taught.pieces, taught.limit.from, taught.limit.found]).toEqual([0, 13, 'bad_pieces', 3]);
    expect(taught.bundle?.state).toBe('watching');
    const report = await readFile(dir.join('data/models/lids/report.html'), 'utf8');
    expect(report).toContain('14');
    expect(report).not.toMatch(/(src|href)="(?!data:image\/jpeg)/);
    expect(await detect('bad/1.png')).toMatchObject({
      detections: [],
      anomaly: { watching: true, limit: taught.limit.mads },
    });
  });

  it('reports faults and no good piece once it is armed, and follows a limit that is moved without another graph', async () => {
    const { stdout: armed } = await runHere(['model', 'arm', 'lids', '--data', dir.join('data'), '--json']);
    expect(JSON.parse(armed)).toMatchObject({ state: 'armed' });
    expect(await detect('bad/1.png')).toMatchObject({ detections: [{ label: 'anomaly' }] });
    expect(await detect('good/03.png')).toMatchObject({ detections: [] });
    const before = await readFile(dir.join('data/models/lids/model.onnx'));
    const { stdout } = await runHere(['model', 'limit', 'lids', '--mad', '1000', '--data', dir.join('data'), '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ mads: 1000, effect: { found: 0 } });
    expect(await detect('bad/1.png')).toMatchObject({ detections: [] });
    expect(before.equals(await readFile(dir.join('data/models/lids/model.onnx')))).toBe(true);
  });

  it('has its limit moved over the API of the service, which records who did', async () => {
    const audited: Entry[] = [];
    const journal = { append: (entries: readonly Entry[]) => (audited.push(...entries), []) };
    const taught = [{ id: 'lids', dir: dir.join('data/models/lids') }];
    expect(await setModelLimit({ taught, journal }, 'lids', 5, 'M. Fischer')).toMatchObject({ id: 'lids', mads: 5 });
    const details = { model: 'lids', mads: 5, madsBefore: 1000 };
    expect(audited.map(({ body }) => body)).toEqual([{ action: 'model_limit_changed', who: 'M. Fischer', details }]);
    await expect(setModelLimit({ taught, journal }, 'caps', 5, 'M. Fischer')).rejects.toThrow('no taught model');
  });

  it('takes pieces of a region from a recording, spread over it', async () => {
    const video = dir.join('lids.gif');
    const frames = await Promise.all(
      Array.from({ length: 12 }, (_, n) => sharp(dir.join(`good/${String(n).padStart(2, '0')}.png`)).toBuffer()),
    );
    await sharp(frames, { join: { animated: true } })
      .gif({ delay: 100 })
      .toFile(video);
    const args = ['--camera', video, '--zone', '0.1,0,0.9,1', '--good', '1200ms', '--pieces', '12', '--id', 'gif'];
    const { code, taught } = await teach(...args);
    expect([code, taught.pieces >= 10]).toEqual([0, true]);
  });

  it.each([
    ['fewer than ten pieces', ['--images', 'DIR/few', '--id', 'few'], 'too_few_pieces'],
    ['a folder that is not there', ['--images', 'DIR/nowhere', '--id', 'none'], 'pieces_missing'],
    ['a number that no piece has', ['--id', 'lids', '--strike', '99'], 'piece_unknown'],
    ['pieces of another source under the same name', ['--images', 'DIR/few', '--id', 'lids'], 'teaching_other'],
    ['nothing to teach', [], 'usage'],
    ['a zone that the camera does not have', ['--camera', 'DIR/a.gif', '--zone', 'tray', '--id', 'z'], 'zone_unknown'],
  ])('refuses %s with a code', async (_, args, code) => {
    const real = args.map((arg) => arg.replace('DIR', dir.path));
    const { stdout } = await runHere(['model', 'teach', ...real, '--data', dir.join('data'), '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code } });
  });
});

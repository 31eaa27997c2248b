import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadLine, renderFile } from '@lineside/twin';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { inputFrames } from '../../edge/src/camera/index.ts';
import { type Appliance, configure, startAppliance } from '../support/appliance.ts';
import { built } from '../support/built.ts';
import { CollectorProcess } from '../support/collector-process.ts';
import { runHere } from '../support/lineside.ts';
import {
  decodeJpeg,
  headsOf,
  likeness,
  numberFilters,
  numberOf,
  type Picture,
  type Rect,
} from '../support/picture-check.ts';
import { runProcess } from '../support/processes.ts';
import { tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait-for.ts';

/** From this likeness on a head counts as clear. The frames of the film themselves have more than 0.85. */
const CLEAR = 0.6;
const MASK: Rect = [560, 40, 640, 120];
const LINE = `
seed: 7
size: {width: 640, height: 360}
fps: 10
periodSeconds: 12
cameras:
  - id: people
    scene: people
    visitsPerMinute: 1
    violationRate: 0
    visits:
      - {at: 0, seconds: 11, headwear: none}
      - {at: 2, seconds: 10, headwear: hairnet}
`;

/** A picture that was kept or sent, and where it was. */
interface Kept extends Picture {
  readonly from: string;
}

describe('with privacy on, in everything that is kept and sent', () => {
  const resources = new AsyncDisposableStack();
  let film: readonly Picture[];
  let heads: ReadonlyMap<number, readonly Rect[]>;
  let kept: readonly Kept[];
  let edgeData = '';
  const strange: string[] = [];

  beforeAll(async () => {
    await built();
    const dir = resources.use(await tempDir('lineside-privacy-'));
    film = await makeFilm(dir.path);
    heads = headsOf(await readFile(dir.join('truth.json'), 'utf8'));
    const collector = resources.use(new CollectorProcess(dir.path));
    await collector.start();
    await collector.admit('line-1', dir.join('password'));
    const data = dir.join('edge');
    edgeData = data;
    const config = await configure(
      dir.join('lineside.yaml'),
      lineOf(dir.join('film.mp4'), collector.mqtt, dir.join('password')),
    );
    const appliance = resources.use(await startAppliance({ config, data }));
    await waitFor('a snapshot and a clip at the collector', async () => (await filesIn(collector.data)).some(isClip), {
      withinMs: 60_000,
    });
    const shown = await livePictures(appliance);
    const out = dir.join('snapshot.jpg');
    const { code } = await runHere(['camera', 'snapshot', 'people', '--no-boxes', '--data', data, '--out', out]);
    expect(code).toBe(0);
    const still = await stillOfSetup(config, data);
    await waitFor('a camera that is accepted', async () => {
      const { stdout } = await runHere(['camera', 'accept', 'people', '--by', 'test', '--data', data, '--json']);
      return stdout.includes('"acceptedAtMs"');
    });
    await waitFor('the comparison with it', async () => {
      const { stdout } = await runHere(['camera', 'health', 'people', '--data', data, '--json']);
      return stdout.includes('"acceptedAtMs"') && stdout.includes('"similarity"');
    });
    await appliance.stop();
    const files = [
      ...(await filesIn(data)),
      ...(await filesIn(collector.data)),
      { path: out, bytes: await readFile(out) },
    ];
    kept = [...shown, still, ...(await Promise.all(files.map(picturesIn))).flat()];
  });

  afterAll(() => resources.disposeAsync());

  /** Every picture in a file, by what its bytes are, whatever its name is. */
  async function picturesIn({ path, bytes }: File): Promise<readonly Kept[]> {
    if (isJpeg(bytes)) return [{ ...(await decodeJpeg(bytes)), from: path }];
    if (isClip({ path, bytes })) return (await framesOf(path)).map((picture) => ({ ...picture, from: path }));
    // Another file must not hide a picture in itself.
    if (bytes.includes(JPEG_START) || bytes.includes(MP4_START)) strange.push(path);
    return [];
  }

  it('there are snapshots, clips and live pictures, on the device and at the collector', () => {
    const places = kept.map(({ from }) =>
      /\/edge\//.test(from) ? 'device' : /\/data\//.test(from) ? 'collector' : from,
    );
    expect(places.filter((place) => place === 'device').length).toBeGreaterThan(10);
    expect(places.filter((place) => place === 'collector').length).toBeGreaterThan(10);
    expect(places.filter((place) => place === 'live')).toHaveLength(5);
    expect(strange).toEqual([]);
  });

  it('no head is clear, and pictures that show somebody are not all covered completely', () => {
    const clear: string[] = [];
    let judged = 0;
    for (const picture of kept) {
      const number = numberOf(picture);
      // A picture whose number is covered too could be any frame of the film.
      for (const frame of number === undefined ? film.keys() : [number]) {
        const original = film[frame];
        if (original === undefined) throw new Error(`${picture.from} has the number ${frame}`);
        for (const head of heads.get(frame) ?? []) {
          if (number !== undefined) judged += 1;
          const found = likeness(picture, original, head);
          if (found >= CLEAR)
            clear.push(`${picture.from}: frame ${frame}, head at ${head.join(',')}: ${found.toFixed(2)}`);
        }
      }
    }
    expect(clear).toEqual([]);
    expect(judged).toBeGreaterThan(20);
  });

  it('a camera is accepted with the view of covered pictures, and with what was covered in it', async () => {
    const text = await readFile(join(edgeData, 'cameras', 'people.json'), 'utf8');
    const { view, covered } = z.object({ view: z.string(), covered: z.unknown() }).parse(JSON.parse(text));
    expect(covered).toEqual({ blur: 'heads', masks: [expect.any(Array)] });
    const levels = Buffer.from(view, 'base64');
    const cells = [8, 10, 12, 14].flatMap((row) => [86, 88, 90, 92].map((column) => levels[row * 96 + column]));
    expect(new Set(cells)).toHaveProperty('size', 1);
    expect(kept.map(({ from }) => from)).toContain(join(edgeData, 'cameras', 'people.jpg'));
  });

  it('the mask is one grey', () => {
    for (const picture of kept) {
      expect(rangeIn(picture, MASK), picture.from).toBeLessThan(12);
    }
  });

  it('the same check calls a head in the film itself clear, so that it would have been noticed', () => {
    const found = [...heads].flatMap(([number, rects]) => {
      if (number % 6 !== 0) return [];
      const original = film[number]!;
      // As much harm as compression does.
      const noisy = { ...original, pixels: original.pixels.map((level, at) => level + ((at * 7919) % 5) - 2) };
      return rects.map((head) => likeness(noisy, original, head));
    });
    expect(found.length).toBeGreaterThan(15);
    expect(found.filter((one) => one < CLEAR)).toEqual([]);
  });
});

/** The film with a number in each frame, beside it the truth. */
async function makeFilm(folder: string): Promise<readonly Picture[]> {
  const [yaml, plain, path] = [join(folder, 'line.yaml'), join(folder, 'plain.mp4'), join(folder, 'film.mp4')];
  await writeFile(yaml, LINE);
  const task = {
    line: await loadLine(yaml),
    cameraId: 'people',
    seconds: 12,
    out: plain,
    truth: join(folder, 'truth.json'),
  };
  await renderFile({ ...task, fast: true }, new AbortController().signal, () => undefined);
  const encode = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '16', '-g', '10', '-pix_fmt', 'yuv420p', path];
  const { code, stderr } = await runProcess('ffmpeg', [
    '-loglevel',
    'error',
    '-i',
    plain,
    '-vf',
    numberFilters(),
    ...encode,
  ]);
  if (code !== 0) throw new Error(stderr);
  return framesOf(path);
}

async function framesOf(path: string): Promise<Picture[]> {
  const pictures: Picture[] = [];
  for await (const { pixels, width, height } of inputFrames(path, { signal: AbortSignal.timeout(600_000) })) {
    pictures.push({ pixels: Uint8Array.from(pixels), width, height });
  }
  return pictures;
}

function lineOf(film: string, broker: string, secret: string): object {
  const [x1, y1, x2, y2] = [MASK[0] / 640, MASK[1] / 360, MASK[2] / 640, MASK[3] / 360];
  const mask = [
    [x1, y1],
    [x2, y1],
    [x2, y2],
    [x1, y2],
  ];
  return {
    device: 'line-1',
    cameras: [
      {
        ...{ id: 'people', url: film, models: ['ppe'], fps: 5 },
        privacy: { blur: 'heads', masks: [mask] },
        clips: { before: '2s', after: '1s' },
      },
    ],
    rules: [
      // Somebody is seen soon, and again and again.
      { id: 'somebody', type: 'occupancy', camera: 'people', max: 0, minDuration: '400ms', coolDown: '0s' },
      { id: 'heads', type: 'missing_headwear', camera: 'people', minDuration: '400ms', coolDown: '0s' },
    ],
    uplink: { broker, username: 'line-1', password: `\${file:${secret}}` },
    status: { listen: '127.0.0.1:0' },
  };
}

/** What the page of `camera setup` shows to draw on. */
async function stillOfSetup(config: string, data: string): Promise<Kept> {
  let address: URL | undefined;
  const ended = runHere(['camera', 'setup', 'people', '--config', config, '--data', data, '--json'], {
    onLine: (text) => {
      const found = /"page":"([^"]+)"/.exec(text)?.[1];
      if (found !== undefined) address = new URL(found);
    },
  });
  const page = await waitFor('the page of the setup', () => address);
  const first = await fetch(page, { redirect: 'manual' });
  const headers = { cookie: (first.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
  const still = await fetch(new URL('/still.jpg', page), { headers });
  const picture = await decodeJpeg(Buffer.from(await still.arrayBuffer()));
  const done = { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: '{}' };
  await fetch(new URL('/api/done', page), done);
  expect((await ended).code).toBe(0);
  return { ...picture, from: 'setup' };
}

async function livePictures({ page }: Appliance): Promise<readonly Kept[]> {
  const pictures: Kept[] = [];
  let index = '';
  await waitFor('five live pictures', async () => {
    const answer = await fetch(new URL('/api/v1/cameras/people/picture.jpg?boxes=0&width=640', page));
    const bytes = Buffer.from(await answer.arrayBuffer());
    if (answer.headers.get('x-frame-index') === index) return false;
    index = answer.headers.get('x-frame-index') ?? '';
    pictures.push({ ...(await decodeJpeg(bytes)), from: 'live' });
    return pictures.length === 5;
  });
  return pictures;
}

interface File {
  readonly path: string;
  readonly bytes: Buffer;
}

/** Start of an image and its first segment. */
const JPEG_START = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0x00, 0x10]);
const MP4_START = Buffer.concat([Buffer.from('ftyp'), Buffer.from('iso')]);
const isJpeg = (bytes: Buffer): boolean => bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]));
const isClip = ({ bytes }: File): boolean => bytes.toString('latin1', 4, 8) === 'ftyp';

/** Every file under a folder; one that is removed meanwhile is left out. */
async function filesIn(folder: string): Promise<readonly File[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const read = await Promise.all(
    files.map(async (path) => ({ path, bytes: await readFile(path).catch(() => undefined) })),
  );
  return read.flatMap(({ path, bytes }) => (bytes === undefined ? [] : [{ path, bytes }]));
}

/** Difference between the brightest and the darkest pixel of a rectangle, its edges left out. */
function rangeIn({ pixels, width }: Picture, [x1, y1, x2, y2]: Rect): number {
  let [low, high] = [255, 0];
  for (let y = y1 + 8; y < y2 - 8; y += 1) {
    for (let x = x1 + 8; x < x2 - 8; x += 1) {
      const level = pixels[(y * width + x) * 3 + 1] ?? 0;
      low = Math.min(low, level);
      high = Math.max(high, level);
    }
  }
  return high - low;
}

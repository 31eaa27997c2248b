import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { basename, join } from 'node:path';
import { CameraHealth, packedLuma, type SeenPicture, viewOf } from '../edge/src/camera/health/index.ts';
import type { CameraProblem, CameraReference } from '../edge/src/domain/index.ts';
import { type Bench, type BenchOptions, type Column, loadNote, type Report, type Row } from './report.ts';

const SIZE = { width: 640, height: 360 };
const BYTES = SIZE.width * SIZE.height * 3;
const ACCEPT_S = 60;
const ORDINARY_S = 900;
const CHANGED_S = 90;

interface Condition {
  readonly name: string;
  /** FFmpeg filters of the camera's pictures after it was accepted. */
  readonly filters: string;
  /** What must be reported; undefined where nothing may be. */
  readonly expected?: CameraProblem;
}

const crop = (factor: number, x: number): string =>
  `crop=${SIZE.width * factor}:${SIZE.height * factor}:${x}:0,scale=${SIZE.width}:${SIZE.height}`;

const CONDITIONS: readonly Condition[] = [
  { name: 'as it is', filters: 'null' },
  { name: 'half the light', filters: 'lutrgb=r=val*0.5:g=val*0.5:b=val*0.5' },
  { name: 'a third more light', filters: 'lutrgb=r=val*1.33:g=val*1.33:b=val*1.33' },
  { name: 'noise of a weak lamp', filters: 'noise=alls=20:allf=t' },
  { name: 'shaking by a pixel', filters: 'crop=iw-4:ih-4:2+2*sin(n):2+2*cos(n),scale=640:360' },
  { name: 'moved by a twentieth', filters: crop(0.95, 32), expected: 'moved' },
  { name: 'moved by a tenth', filters: crop(0.9, 64), expected: 'moved' },
  { name: 'turned by 5 degrees', filters: 'rotate=5*PI/180', expected: 'moved' },
  { name: 'another view', filters: 'hflip', expected: 'moved' },
  { name: 'out of focus', filters: 'gblur=sigma=8', expected: 'blurred' },
  { name: 'nearly dark', filters: 'lutrgb=r=val*0.08:g=val*0.08:b=val*0.08', expected: 'dark' },
  { name: 'lamp in the lens', filters: 'lutrgb=r=val+200:g=val+200:b=val+200', expected: 'overexposed' },
  { name: 'covered', filters: 'drawbox=c=0x705040:t=fill,noise=alls=2:allf=t', expected: 'covered' },
  { name: 'frozen', filters: 'loop=-1:1', expected: 'frozen' },
];

const COLUMNS: readonly Column[] = [
  { key: 'video' },
  { key: 'condition' },
  { key: 'expected' },
  { key: 'minutes', digits: 1 },
  { key: 'reportedAfterS', digits: 0 },
  { key: 'falseAlarms' },
  { key: 'falseWhat' },
  { key: 'similarity', digits: 2 },
];

export const health: Bench = {
  name: 'health',
  what: 'health of cameras: false alarms on the ordinary videos in --data DIR, and how soon a changed picture is reported',
  run,
};

async function run(options: BenchOptions): Promise<Report> {
  const { data, quick, log } = options;
  if (data === undefined) throw new Error('--data DIR is missing: a folder with videos of ordinary work');
  const [before = 0] = loadavg();
  const videos = (await readdir(data)).filter((name) => name.endsWith('.mp4')).toSorted();
  const rows: Row[] = [];
  for (const video of videos) {
    const path = join(data, video);
    const reference = await accept(path, options);
    for (const condition of quick ? CONDITIONS.filter((_, n) => n % 5 === 0) : CONDITIONS) {
      log(`${video}: ${condition.name}`);
      rows.push({ video: basename(video, '.mp4'), ...(await judge(path, condition, reference, options)) });
    }
  }
  const ordinary = rows.filter(({ expected }) => expected === 'nothing');
  const sum = (key: string, of: readonly Row[]): number => of.reduce((total, row) => total + Number(row[key]), 0);
  const [minutes, alarms] = [sum('minutes', ordinary), sum('falseAlarms', ordinary)];
  const changed = rows.filter(({ expected }) => expected !== 'nothing');
  const seen = changed.filter(({ reportedAfterS }) => reportedAfterS !== null).length;
  return {
    bench: health.name,
    what: health.what,
    columns: COLUMNS,
    rows,
    facts: { ordinaryMinutes: minutes, falseAlarms: alarms, changed: changed.length, reported: seen },
    notes: [
      `${alarms} false alarms in ${minutes.toFixed(0)} minutes of ordinary video; none would mean at most ${(180 / minutes).toFixed(1)} an hour (95 %).`,
      `${seen} of ${changed.length} changed pictures were reported as what they are.`,
      `Each camera was accepted after ${ACCEPT_S} s of its video, which is repeated; one picture a second, as on a device.`,
      'A problem is reported once it has lasted for 20 s; the view is averaged over 20 s before.',
      loadNote(before),
    ],
  };
}

function seenIn(pixels: Buffer): SeenPicture {
  const lumaAt = packedLuma(pixels, SIZE);
  return { lumaAt, size: SIZE, view: viewOf(lumaAt, SIZE) };
}

/** The camera with this video is accepted as it is. */
async function accept(path: string, { signal }: BenchOptions): Promise<CameraReference> {
  const health = new CameraHealth();
  let atMs = 0;
  for await (const pixels of pictures(path, 'null', ACCEPT_S, signal)) {
    health.judge(seenIn(pixels), { wantedFps: 5 }, (atMs += 1_000));
  }
  const reference = health.measure(0);
  if (reference === undefined) throw new Error(`${path} is never clear for long enough to be accepted`);
  return reference;
}

async function judge(
  path: string,
  { name, filters, expected }: Condition,
  reference: CameraReference,
  { quick, seconds, signal }: BenchOptions,
): Promise<Row> {
  const health = new CameraHealth({ reference });
  const lengthS = expected === undefined ? (seconds ?? (quick ? CHANGED_S : ORDINARY_S)) : CHANGED_S;
  const similarities: number[] = [];
  const falseOnes: string[] = [];
  let reportedAfterS: number | null = null;
  let known: readonly string[] = [];
  let atMs = 0;
  for await (const pixels of pictures(path, filters, lengthS, signal)) {
    const { picture } = health.judge(seenIn(pixels), { wantedFps: 5 }, (atMs += 1_000));
    if (picture.similarity !== undefined) similarities.push(picture.similarity);
    for (const problem of picture.problems) {
      if (problem === expected) reportedAfterS ??= atMs / 1000;
      else if (!known.includes(problem)) falseOnes.push(problem);
    }
    known = picture.problems;
  }
  const mean = similarities.reduce((total, one) => total + one, 0) / Math.max(1, similarities.length);
  return {
    condition: name,
    expected: expected ?? 'nothing',
    minutes: lengthS / 60,
    reportedAfterS,
    falseAlarms: falseOnes.length,
    falseWhat: [...new Set(falseOnes)].join(' '),
    similarity: similarities.length === 0 ? null : mean,
  };
}

/** One picture for each second of a video that is repeated, after these filters. */
async function* pictures(
  path: string,
  filters: string,
  seconds: number,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, void> {
  const scaled = `fps=1,scale=${SIZE.width}:${SIZE.height},${filters},scale=${SIZE.width}:${SIZE.height},format=rgb24`;
  const input = ['-nostdin', '-loglevel', 'error', '-stream_loop', '-1', '-t', String(seconds), '-i', path];
  const child = spawn('ffmpeg', [...input, '-vf', scaled, '-frames:v', String(seconds), '-f', 'rawvideo', 'pipe:1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    signal,
  });
  const ended = once(child, 'close');
  let rest = Buffer.alloc(0);
  for await (const chunk of child.stdout) {
    rest = Buffer.concat([rest, chunk as Buffer]);
    while (rest.length >= BYTES) {
      yield rest.subarray(0, BYTES);
      rest = rest.subarray(BYTES);
    }
  }
  await ended;
}

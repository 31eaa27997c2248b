import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '@lineside/kit';
import { type Arm, type ArmName, startArm } from './cameras/arms.ts';
import { numberedFilm } from './cameras/film.ts';
import type { Delivered } from './cameras/reader-process.ts';
import type { SentAt, ServeFacts } from './cameras/server-process.ts';
import { BenchChild } from './child.ts';
import {
  type Bench,
  type BenchOptions,
  type Column,
  loadNote,
  quantile,
  type Report,
  type Row,
  spreadOver,
} from './report.ts';
import { cpuSeconds, residentMib } from './slice/proc.ts';

const SIZE = { width: 1920, height: 1080 };
const SOURCE_FPS = 25;
const FPS = 5;
/** The square that a model receives, and the height of the frame in it. */
const SIDE = 640;
const FRAME_HEIGHT = 360;
const FILM_SECONDS = 6;
const STREAMS: readonly number[] = [1, 4, 8];
const ARMS: readonly ArmName[] = ['bound', 'ours', 'opencv', 'gstreamer'];
const SETTLE_MS = 3_000;
const ANSWER_MS = 60_000;

const COLUMNS: readonly Column[] = [
  { key: 'streams' },
  { key: 'reader' },
  { key: 'cpuMsPerSourceFrame' },
  { key: 'cpuMsPerDeliveredFrame' },
  { key: 'timesBound' },
  { key: 'readerMsPerDeliveredFrame' },
  { key: 'ageP50Ms', digits: 0 },
  { key: 'ageP99Ms', digits: 0 },
  { key: 'delivered', digits: 0 },
  { key: 'dropped', digits: 0 },
  { key: 'memoryMib', digits: 0 },
];

/** From the network to a model's input, beside other ways to get there. */
export const cameras: Bench = {
  name: 'cameras',
  what: 'CPU, age and memory of 1, 4 and 8 streams of 1080p25 from RTSP to a model input of 640x640 at 5 frames a second',
  run,
};

async function run({ quick, seconds: given, signal, log }: BenchOptions): Promise<Report> {
  const before = loadavg()[0] ?? 0;
  const seconds = given ?? (quick ? 8 : 20);
  const rounds = quick ? 1 : 3;
  const folder = await mkdtemp(join(tmpdir(), 'lineside-bench-cameras-'));
  const notes = new Set<string>();
  try {
    log('making the film');
    const film = await numberedFilm({ folder, ...SIZE, fps: SOURCE_FPS, seconds: FILM_SECONDS }, signal);
    await using server = new BenchChild('cameras/server-process.ts');
    const served: ServeFacts = { film, frames: SOURCE_FPS * FILM_SECONDS, streams: Math.max(...STREAMS) };
    const { port } = await server.ask<{ port: number }>('serve', served, ANSWER_MS);
    const measured: Row[] = [];
    for (let round = 0; round < rounds; round += 1) {
      for (const streams of STREAMS) {
        const urls = Array.from({ length: streams }, (_, stream) => `rtsp://127.0.0.1:${port}/${stream}`);
        let bound: number | undefined;
        for (const name of ARMS) {
          signal.throwIfAborted();
          try {
            const row = await measure(name, urls, { seconds, server, signal });
            const cpu = row['cpuMsPerSourceFrame'] as number;
            if (name === 'bound') bound = cpu;
            measured.push({ round, ...row, timesBound: bound === undefined ? null : cpu / bound });
            log(`round ${round + 1}, ${streams} streams, ${name}: ${cpu.toFixed(2)} ms of CPU per source frame`);
          } catch (error) {
            if (signal.aborted) throw error;
            notes.add(`${name} is missing: ${messageOf(error)}`);
          }
        }
      }
    }
    const rows = STREAMS.flatMap((streams) =>
      ARMS.map((reader) => {
        const own = measured.filter((row) => row['streams'] === streams && row['reader'] === reader);
        return { ...spreadOver(own, COLUMNS), streams, reader };
      }),
    ).filter((row: Row) => (row['cpuMsPerSourceFrame'] ?? null) !== null);
    return {
      ...{ bench: cameras.name, what: cameras.what, columns: COLUMNS, rows, rounds: measured },
      facts: { ...SIZE, sourceFps: SOURCE_FPS, fps: FPS, side: SIDE, seconds, cores: cpus().length },
      notes: [
        loadNote(before),
        `CPU is user and system time of all processes of a reader over ${seconds} s, ${rounds} rounds, the readers in turn on the same server; source frames are those that the server sent.`,
        'bound: ffmpeg -threads 1 -f null; it delivers nothing. ours: also the picture for evidence of 1920x1080 of every frame.',
        'opencv: VideoCapture, one thread a stream, grab for each frame and retrieve for every fifth. gstreamer: avdec_h264, a child for each stream, read by Node as ours.',
        'Reader: the part of the process that reads the frames, where another one decodes. Age: from the server to the complete model input.',
        ...notes,
      ],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Conditions {
  readonly seconds: number;
  readonly server: BenchChild;
  readonly signal: AbortSignal;
}

async function measure(name: ArmName, urls: readonly string[], { seconds, server, signal }: Conditions): Promise<Row> {
  const facts = { urls, fps: FPS, sourceFps: SOURCE_FPS, side: SIDE, frameHeight: FRAME_HEIGHT };
  await using arm: Arm = await startArm(name, facts);
  await sleep(SETTLE_MS, undefined, { signal });
  await arm.begin();
  const sentBefore = await sourceFrames(server, urls.length);
  const before = arm.pids.map(cpuSeconds);
  const begunMs = performance.now();
  await sleep(seconds * 1000, undefined, { signal });
  const passedS = (performance.now() - begunMs) / 1000;
  const used = arm.pids.map((pid, n) => 1000 * (cpuSeconds(pid) - (before[n] ?? 0)));
  const frames = (await sourceFrames(server, urls.length)) - sentBefore;
  const delivered = await arm.end();
  const sent = await server.ask<SentAt>('sent', {}, ANSWER_MS);
  const total = used.reduce((sum, one) => sum + one, 0);
  const wanted = passedS * FPS * urls.length;
  const common = {
    ...{ streams: urls.length, reader: name, cpuMsPerSourceFrame: total / frames },
    memoryMib: arm.pids.reduce((sum, pid) => sum + residentMib(pid), 0),
  };
  if (delivered === undefined) return common;
  const ages = delivered.flatMap((frame) => ageOf(frame, sent) ?? []);
  return {
    ...common,
    cpuMsPerDeliveredFrame: delivered.length === 0 ? null : total / delivered.length,
    readerMsPerDeliveredFrame:
      arm.pids.length === 1 || delivered.length === 0 ? null : (used[0] ?? 0) / delivered.length,
    ...{ ageP50Ms: quantile(ages, 0.5), ageP99Ms: quantile(ages, 0.99), delivered: delivered.length },
    // A frame more or less at the edges of the time is none that was lost.
    dropped: Math.max(0, Math.round(wanted - delivered.length - urls.length)),
  };
}

/** Frames that the server has sent on the first streams, which are those that are read. */
async function sourceFrames(server: BenchChild, streams: number): Promise<number> {
  const counts = await server.ask<readonly number[]>('counts', {}, ANSWER_MS);
  return counts.slice(0, streams).reduce((sum, one) => sum + one, 0);
}

/** Time since the frame of this number was sent last before it arrived, ms. */
function ageOf({ stream, number, atMs }: Delivered, sent: SentAt): number | undefined {
  const sentMs = sent[stream]?.[number]?.find((leftMs) => leftMs <= atMs);
  return sentMs === undefined ? undefined : atMs - sentMs;
}

import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { CATALOG_DIR, catalogIds } from '@lineside/models';
import { BenchChild } from './child.ts';
import type { ArmsFacts, Round, RoundFacts } from './inference/arms-process.ts';
import { type Candidate, madeUp, named } from './inference/candidates.ts';
import { OpenCvPeer } from './inference/opencv.ts';
import { type Bench, type BenchOptions, type Column, type Report, type Row, spreadOver } from './report.ts';

const THREADS = 1;
const ANSWER_MS = 300_000;

const COLUMNS: readonly Column[] = [
  { key: 'model' },
  { key: 'input' },
  { key: 'threads' },
  { key: 'frames', digits: 0 },
  { key: 'oursP50Ms', digits: 2 },
  { key: 'bareP50Ms', digits: 2 },
  { key: 'timesBare', digits: 3 },
  { key: 'oursP10Ms', digits: 2 },
  { key: 'bareP10Ms', digits: 2 },
  { key: 'timesBareP10', digits: 3 },
  { key: 'oursP95Ms', digits: 2 },
  { key: 'bareP95Ms', digits: 2 },
  { key: 'oursCpuMs', digits: 2 },
  { key: 'bareCpuMs', digits: 2 },
  { key: 'timesBareCpu', digits: 3 },
  { key: 'detections', digits: 0 },
  { key: 'decodeMicroseconds', digits: 0 },
  { key: 'onePassMicroseconds', digits: 0 },
  { key: 'decodeTimesOnePass', digits: 1 },
  { key: 'unpreparedP50Ms', digits: 2 },
  { key: 'unpreparedCpuMs', digits: 2 },
  { key: 'timesUnpreparedCpu', digits: 3 },
  { key: 'openCvP50Ms', digits: 2 },
  { key: 'timesOpenCv', digits: 2 },
];

export const inference: Bench = {
  name: 'inference',
  what: 'a frame through a session, transfer, decoding and NMS included, beside bare session.run on the same file',
  async run(options) {
    const folder = await mkdtemp(join(tmpdir(), 'lineside-bench-'));
    try {
      const candidates = await candidatesOf(options, folder);
      const loadBefore = loadavg()[0] ?? 0;
      const measured = [];
      for (const candidate of candidates) measured.push(await measure(candidate, options));
      return reportOf(measured, { ...planOf(options), loadBefore });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function candidatesOf({ models = [], signal }: BenchOptions, folder: string): Promise<readonly Candidate[]> {
  if (models.length > 0) return Promise.all(models.map((ref) => named(ref, signal)));
  const ids = await catalogIds(CATALOG_DIR);
  const made = [await madeUp(folder, 'middling', 24), await madeUp(folder, 'small', 8)];
  return [...made, ...(await Promise.all(ids.map((ref) => named(ref, signal))))];
}

function planOf({ quick, seconds }: BenchOptions): { readonly rounds: number; readonly seconds: number } {
  return quick ? { rounds: 2, seconds: seconds ?? 2 } : { rounds: 5, seconds: seconds ?? 8 };
}

interface Measured {
  readonly row: Row;
  readonly rounds: readonly Row[];
  readonly notes: readonly string[];
}

/** Ours and bare take turns frame by frame, OpenCV round by round. */
async function measure(candidate: Candidate, options: BenchOptions): Promise<Measured> {
  const { rounds, seconds } = planOf(options);
  const { name, spec, original } = candidate;
  const { width, height, type } = spec.manifest.input;
  await using arms = new BenchChild('inference/arms-process.ts');
  const facts = { spec: { ...spec, threads: THREADS }, original: original && { ...original, threads: THREADS } };
  await arms.ask('open', facts satisfies ArmsFacts, ANSWER_MS);
  // It knows no uint8 pictures and no Cast from them: it gets the file as it was exported.
  await using peer = original === undefined ? undefined : new OpenCvPeer(original.path, { width, height }, THREADS);
  const rows: Row[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    options.signal.throwIfAborted();
    options.log(`${name}, round ${round} of ${rounds}`);
    const taken = await arms.ask<Round>('round', { seconds } satisfies RoundFacts, ANSWER_MS + 1000 * seconds);
    const openCv = await peer?.round(seconds / 4);
    rows.push({
      model: name,
      input: `${type} ${width}x${height}`,
      threads: THREADS,
      ...taken,
      timesBare: taken.oursP50Ms / taken.bareP50Ms,
      timesBareP10: taken.oursP10Ms / taken.bareP10Ms,
      timesBareCpu: taken.oursCpuMs / taken.bareCpuMs,
      decodeTimesOnePass: taken.onePassMicroseconds === 0 ? null : taken.decodeMicroseconds / taken.onePassMicroseconds,
      timesUnpreparedCpu: taken.unpreparedCpuMs === null ? null : taken.oursCpuMs / taken.unpreparedCpuMs,
      openCvP50Ms: openCv?.p50Ms ?? null,
      timesOpenCv: openCv === undefined ? null : taken.oursP50Ms / openCv.p50Ms,
    });
  }
  return { row: spreadOver(rows, COLUMNS), rounds: rows, notes: notesOf(candidate, peer) };
}

function notesOf({ name, gigaMacs }: Candidate, peer: OpenCvPeer | undefined): readonly string[] {
  const size =
    gigaMacs === undefined ? [] : [`${name}: made-up weights, ${gigaMacs.toFixed(2)} thousand million multiply-adds.`];
  const missing = peer === undefined || peer.complaint === '' ? [] : [`${name}: no OpenCV: ${peer.complaint}`];
  return [...size, ...missing];
}

function reportOf(
  measured: readonly Measured[],
  facts: { readonly rounds: number; readonly seconds: number; readonly loadBefore: number },
): Report {
  return {
    bench: 'inference',
    what: inference.what,
    columns: COLUMNS,
    upright: true,
    rows: measured.map(({ row }) => row),
    rounds: measured.flatMap(({ rounds }) => rounds),
    facts: { ...facts, loadAverageAfter: loadavg()[0] ?? 0 },
    notes: [
      `Median of ${facts.rounds} round(s) of ${facts.seconds} s, lowest and highest in brackets; within a round ours, bare and unprepared take turns frame by frame.`,
      'Bare: session.run on a ready tensor in the same process with the same options; its outputs are not looked at.',
      'P10: the fastest tenth of the frames, in which nothing else wanted the cores.',
      'CPU: time of all threads of the process for one frame, which other work on the machine disturbs least.',
      'One pass: each float of the outputs read and compared once.',
      'Unprepared: the float32 NCHW file as exported, filled by the pixel loop; OpenCV: blobFromImage and forward on that file, nothing decoded.',
      ...measured.flatMap(({ notes }) => notes),
    ],
  };
}

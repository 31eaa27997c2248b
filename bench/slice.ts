import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CATALOG_DIR, resolveModel } from '@lineside/models';
import { messageOf } from '@lineside/kit';
import { BenchChild } from './child.ts';
import { type Bench, type BenchOptions, loadNote, quantile, type Report, spreadOver } from './report.ts';
import type { BareFacts, BareResult } from './slice/bare-session.ts';
import { decodeOnlyCores } from './slice/decode-only.ts';
import type { LineFacts, LineResult } from './slice/line-process.ts';
import { childrenOf, CpuStretch, residentMib } from './slice/proc.ts';
import type { SentLog, ServeFacts } from './slice/rtsp-process.ts';
import { COLUMNS, notesOn } from './slice/table.ts';
import { cameraVideo } from './slice/video.ts';

const MODEL = 'defect';
const FPS = 5;
const THREADS = 1;
/** Frames of every camera before anything is measured. */
const WARM_FRAMES = 5;
/** After the warm-up: pictures that waited in FFmpeg since its start have come by then. */
const SETTLE_MS = 1_000;
const ANSWER_MS = 90_000;
const BROKEN_MAX = 3;

interface Plan {
  readonly sizes: readonly number[];
  readonly rounds: number;
  /** Measured in each arm. */
  readonly seconds: number;
  readonly width: number;
  readonly height: number;
}

export const slice: Bench = {
  name: 'slice',
  what: 'from a camera to the journal: latency, CPU and memory beside what decoding and the model alone cost',
  async run(options) {
    const plan = planOf(options);
    const folder = await mkdtemp(join(tmpdir(), 'lineside-bench-'));
    try {
      const { log, signal } = options;
      log(`rendering ${plan.width}x${plan.height} at ${FPS}/s`);
      const video = await cameraVideo(
        { folder, width: plan.width, height: plan.height, fps: FPS, seconds: Math.max(4, plan.seconds) },
        signal,
      );
      const [loadBefore = 0] = loadavg();
      await using cameras = new BenchChild('slice/rtsp-process.ts');
      const ids = Array.from({ length: Math.max(...plan.sizes) }, (_, n) => `camera-${n + 1}`);
      const { port } = await cameras.ask<{ port: number }>(
        'serve',
        { video, cameras: ids } satisfies ServeFacts,
        ANSWER_MS,
      );
      const stage: Stage = {
        ...options,
        plan,
        folder,
        server: cameras,
        broken: [],
        model: await catalogModel(),
        urlOf: (id) => `rtsp://127.0.0.1:${port}/${id}`,
      };
      const rows = [];
      for (const count of plan.sizes) rows.push(...(await measure(stage, ids.slice(0, count))));
      return reportOf(stage, rows, loadBefore);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

interface Stage extends BenchOptions {
  readonly plan: Plan;
  readonly folder: string;
  readonly server: BenchChild;
  readonly model: ModelFacts;
  /** Why arms had to be measured anew. */
  readonly broken: string[];
  readonly urlOf: (camera: string) => string;
}

type Row = Readonly<Record<string, string | number | null>>;
interface Measured {
  readonly row: Row;
  readonly rounds: readonly Row[];
}

function planOf({ quick, seconds }: BenchOptions): Plan {
  if (quick) return { sizes: [1], rounds: 1, seconds: seconds ?? 4, width: 1280, height: 720 };
  return { sizes: [1, 3, 4], rounds: 3, seconds: seconds ?? 20, width: 1920, height: 1080 };
}

/** All rounds with these cameras; in each the line and its limits take turns. */
async function measure(stage: Stage, cameras: readonly string[]): Promise<readonly Measured[]> {
  const { rounds } = stage.plan;
  const taken = { off: [] as Row[], on: [] as Row[] };
  for (let round = 1; round <= rounds; round += 1) {
    stage.log(`${cameras.length} camera(s), round ${round} of ${rounds}`);
    const off = await unbroken(stage, () => runLine(stage, cameras, false));
    const decodeOnly = await decodeOnlyCores(cameras.map(stage.urlOf), stage.plan.seconds / 2, stage.signal);
    const on = await unbroken(stage, () => runLine(stage, cameras, true));
    const bare = await runBare(stage);
    taken.off.push(withLimit(off, decodeOnly, bare, stage.plan));
    taken.on.push(withLimit(on, decodeOnly, bare, stage.plan));
  }
  return [taken.off, taken.on].map((rows) => ({ row: spreadOver(rows, COLUMNS), rounds: rows }));
}

/** Beside it what decoding, and inferring the frames that were inspected, costs by itself. */
function withLimit(row: Row, decodeOnly: number, bare: BareResult, { seconds }: Plan): Row {
  const cameras = Number(row['cameras']);
  const inspectedPerSecond = Number(row['inspected']) / seconds / cameras;
  const decodeOnlyCpuPerCamera = decodeOnly / cameras;
  const limitCpuPerCamera = decodeOnlyCpuPerCamera + (inspectedPerSecond * bare.cpuMs) / 1000;
  return {
    ...row,
    bareInferP50Ms: bare.inferMs,
    bareInferCpuMs: bare.cpuMs,
    decodeOnlyCpuPerCamera,
    limitCpuPerCamera,
    timesLimit: Number(row['cpuPerCamera']) / limitCpuPerCamera,
  };
}

/** A decoder that was started again during its stretch spoils the figures: the arm is measured again, and that is reported. */
async function unbroken(stage: Stage, arm: () => Promise<Row>): Promise<Row> {
  for (;;) {
    try {
      return await arm();
    } catch (error) {
      if (stage.signal.aborted || stage.broken.length >= BROKEN_MAX) throw error;
      stage.broken.push(messageOf(error));
      stage.log(`measured anew: ${messageOf(error)}`);
    }
  }
}

/** One run of the line from a cold start; measured once every camera is in step. */
async function runLine(stage: Stage, cameras: readonly string[], pictures: boolean): Promise<Row> {
  const { folder, urlOf, server, plan, signal } = stage;
  const data = await mkdtemp(join(folder, 'data-'));
  await using line = new BenchChild('slice/line-process.ts');
  const facts = { data, cameras: cameras.map((id) => ({ id, url: urlOf(id) })), fps: FPS, model: MODEL, pictures };
  await line.ask('start', facts satisfies LineFacts, ANSWER_MS);
  const { visionPid } = await line.ask<{ visionPid: number }>('warm', { frames: WARM_FRAMES }, ANSWER_MS);
  const ffmpegPids = childrenOf(visionPid);
  if (ffmpegPids.length !== cameras.length)
    throw new Error(`${ffmpegPids.length} decoders for ${cameras.length} cameras`);
  await sleep(SETTLE_MS, undefined, { signal });
  await line.ask('begin', {}, ANSWER_MS);
  const fromMs = monoMs();
  const stretch = new CpuStretch({ main: [line.pid], vision: [visionPid], ffmpeg: ffmpegPids });
  await sleep(plan.seconds * 1000, undefined, { signal });
  const cores = { main: stretch.cores('main'), vision: stretch.cores('vision'), ffmpeg: stretch.cores('ffmpeg') };
  const toMs = monoMs();
  const memory = {
    mainRssMib: residentMib(line.pid),
    visionRssMib: residentMib(visionPid),
    ffmpegRssPerCameraMib: ffmpegPids.reduce((sum, pid) => sum + residentMib(pid), 0) / cameras.length,
  };
  await line.ask('end', {}, ANSWER_MS);
  const sent = await server.ask<SentLog>('sent', {}, ANSWER_MS);
  const result = await line.ask<LineResult>('finish', {}, ANSWER_MS);
  if (result.visionDowns > 0) throw new Error('the vision process went down while it was measured');
  return {
    cameras: cameras.length,
    pictures: pictures ? 'on' : 'off',
    sent: cameras.flatMap((id) => sent[id] ?? []).filter((atMs) => atMs >= fromMs && atMs < toMs).length,
    ...result.totals,
    withoutPicture: result.withoutPicture,
    ...latencies(result, sent),
    mainCpuPerCamera: cores.main / cameras.length,
    visionCpuPerCamera: cores.vision / cameras.length,
    ffmpegCpuPerCamera: cores.ffmpeg / cameras.length,
    cpuPerCamera: (cores.main + cores.vision + cores.ffmpeg) / cameras.length,
    ...memory,
  };
}

function latencies({ frames }: LineResult, sent: SentLog): Row {
  const written = frames.flatMap(({ journaledMs, arrivedMs }) =>
    journaledMs === null ? [] : [journaledMs - arrivedMs],
  );
  const onTheWay = frames.flatMap(({ camera, index, arrivedMs }) => {
    const leftMs = sent[camera]?.[index];
    return leftMs === undefined ? [] : [arrivedMs - leftMs];
  });
  const results = frames.map(({ resultMs, arrivedMs }) => resultMs - arrivedMs);
  const inferred = frames.map(({ inferMs }) => inferMs);
  return {
    journaled: written.length,
    sentToFrameP50Ms: quantile(onTheWay, 0.5),
    frameToResultP50Ms: quantile(results, 0.5),
    frameToJournalP50Ms: quantile(written, 0.5),
    frameToJournalP95Ms: quantile(written, 0.95),
    frameToJournalP99Ms: quantile(written, 0.99),
    inferP50Ms: quantile(inferred, 0.5),
  };
}

async function runBare({ plan, model }: Stage): Promise<BareResult> {
  await using session = new BenchChild('slice/bare-session.ts');
  const facts = { path: model.path, input: model.input, threads: THREADS, seconds: plan.seconds / 4 };
  // Awaited here: the child lives as long as this block.
  return await session.ask<BareResult>('run', facts satisfies BareFacts, ANSWER_MS);
}

interface ModelFacts extends Pick<BareFacts, 'path' | 'input'> {
  readonly sha256: string;
}

async function catalogModel(): Promise<ModelFacts> {
  const { onnxPath, manifest, sha256 } = await resolveModel(MODEL, { catalogDir: CATALOG_DIR, baseDir: CATALOG_DIR });
  if (manifest === undefined) throw new Error(`${MODEL} has no manifest`);
  const { name, width, height } = manifest.input;
  return { path: onnxPath, input: { name, width, height }, sha256 };
}

function monoMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

function reportOf(stage: Stage, measured: readonly Measured[], loadBefore: number): Report {
  const { plan, broken, model } = stage;
  return {
    bench: 'slice',
    what: slice.what,
    columns: COLUMNS,
    upright: true,
    rows: measured.map(({ row }) => row),
    rounds: measured.flatMap(({ rounds }) => rounds),
    facts: {
      model: MODEL,
      modelInput: `${model.input.width}x${model.input.height}`,
      modelSha256: model.sha256,
      framesPerSecond: FPS,
      width: plan.width,
      height: plan.height,
      threads: THREADS,
      rounds: plan.rounds,
      secondsPerArm: plan.seconds,
      measuredAnew: broken.length,
      loadAverageBefore: loadBefore,
      loadAverageAfter: loadavg()[0] ?? 0,
    },
    notes: [...notesOn({ ...plan, framesPerSecond: FPS }), loadNote(loadBefore)],
  };
}

import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { SupervisedProcess } from '@lineside/kit';
import { z } from 'zod';
import { BenchChild } from './child.ts';
import { type Bench, type BenchOptions, type Column, loadNote, quantile, type Report, type Row } from './report.ts';
import type { ServeFacts } from './slice/rtsp-process.ts';
import { cameraVideo } from './slice/video.ts';

const LINESIDE = fileURLToPath(new URL('../edge/bin/lineside.js', import.meta.url));
const BUILT = fileURLToPath(new URL('../edge/dist/cli/index.js', import.meta.url));
const MODEL = 'defect';
const FPS = 2;
const SIZE = { width: 1280, height: 720 };
const CAMERAS = 12;
const BUSY: readonly number[] = [0, 4, 8, 16];
const SECONDS = 75;
const SAMPLE_MS = 1_000;
/** Beside many busy processes the program alone takes long to start. */
const READY_MS = 300_000;
/** Part of an arm after which rates are measured: the line has started by then. */
const STARTED = 1 / 3;

const COLUMNS: readonly Column[] = [
  { key: 'cameras' },
  { key: 'busyProcesses' },
  { key: 'seconds', digits: 0 },
  { key: 'pageAfterS', digits: 1 },
  { key: 'wantedPerSecond', digits: 1 },
  { key: 'offeredPerSecond', digits: 1 },
  { key: 'inspectedPerSecond', digits: 1 },
  { key: 'skippedPerSecond', digits: 1 },
  { key: 'failedPerSecond', digits: 1 },
  { key: 'allInspectedAfterS', digits: 1 },
  { key: 'frameAgeP50Ms', digits: 0 },
  { key: 'frameAgeMaxMs', digits: 0 },
  { key: 'visionRestarts' },
  { key: 'ffmpegRestarts' },
  { key: 'cameraErrors' },
  { key: 'overloadReported' },
  { key: 'loadAverage', digits: 1 },
];

const Reasons = z.record(z.string(), z.number());
const Counters = z.object({ offered: z.number(), inspected: z.number(), skipped: Reasons, failed: Reasons });
/** The part of the status that is measured. */
const Status = z.object({
  vision: z.object({ restarts: z.number() }),
  cameras: z.array(
    z.object({
      restarts: z.number(),
      error: z.object({ code: z.string() }).optional(),
      lastFrameAgeMs: z.number().optional(),
      models: z.array(z.object({ counters: Counters })),
    }),
  ),
  health: z.object({ warnings: z.array(z.object({ code: z.string(), message: z.string() })) }),
});
type Status = z.infer<typeof Status>;

interface Sample {
  readonly atMs: number;
  readonly status: Status;
}

/** The appliance as it ships, from its start, beside programs that compute without end. */
export const overload: Bench = {
  name: 'overload',
  what: 'many cameras beside busy processes: what is inspected, what is skipped, and whether anything is restarted',
  run,
};

async function run(options: BenchOptions): Promise<Report> {
  if (!existsSync(BUILT)) throw new Error('overload measures the built program: npm run build');
  const { quick, signal, log } = options;
  const seconds = options.seconds ?? (quick ? 20 : SECONDS);
  const count = options.cameras ?? (quick ? 4 : CAMERAS);
  const arms = options.busy ?? (quick ? [0, 8] : BUSY);
  const folder = await mkdtemp(join(tmpdir(), 'lineside-overload-'));
  const [loadBefore = 0] = loadavg();
  try {
    log(`rendering ${SIZE.width}x${SIZE.height} at ${FPS}/s`);
    const video = await cameraVideo({ folder, ...SIZE, fps: FPS, seconds: 10 }, signal);
    await using server = new BenchChild('slice/rtsp-process.ts');
    const cameras = Array.from({ length: count }, (_, n) => `camera-${n + 1}`);
    const { port } = await server.ask<{ port: number }>('serve', { video, cameras } satisfies ServeFacts, READY_MS);
    const rows: Row[] = [];
    const messages: string[] = [];
    for (const [n, busy] of arms.entries()) {
      log(`${count} cameras beside ${busy} busy processes, ${seconds} s`);
      const data = join(folder, `arm-${n}`);
      const config = await writeConfig(folder, port, cameras);
      const result = await arm({ config, data, busy, seconds, signal });
      rows.push(rowOf(result, { cameras: count, busy, seconds }));
      const last = result.samples.at(-1)?.status.health.warnings.find(({ code }) => code === 'overloaded');
      if (last !== undefined) messages.push(`Beside ${busy}, at the end: ${last.message}.`);
    }
    return {
      bench: overload.name,
      what: overload.what,
      columns: COLUMNS,
      rows,
      upright: true,
      notes: [
        `${SIZE.width}x${SIZE.height} at ${FPS} frames a second over RTSP, model ${MODEL}, ${cpus().length} cores; the busy processes start first. Seconds count from the status page on.`,
        'Rates and frame age are of the last two thirds of each arm, restarts of all of it, the start included.',
        ...messages,
        loadNote(loadBefore),
      ],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeConfig(folder: string, port: number, cameras: readonly string[]): Promise<string> {
  const path = join(folder, 'lineside.yaml');
  const config = {
    device: 'bench',
    cameras: cameras.map((id) => ({ id, url: `rtsp://127.0.0.1:${port}/${id}`, fps: FPS, models: [MODEL] })),
    models: [{ id: MODEL, ref: MODEL }],
    status: { listen: '127.0.0.1:0' },
  };
  await writeFile(path, JSON.stringify(config));
  return path;
}

interface Arm {
  readonly config: string;
  readonly data: string;
  readonly busy: number;
  readonly seconds: number;
  readonly signal: AbortSignal;
}

interface ArmResult {
  readonly samples: readonly Sample[];
  /** From the start of the program to its status page. */
  readonly pageAfterS: number;
}

async function arm({ config, data, busy, seconds, signal }: Arm): Promise<ArmResult> {
  await using stack = new AsyncDisposableStack();
  for (let n = 0; n < busy; n += 1) {
    const program = { command: process.execPath, args: ['-e', 'for (;;);'] };
    stack.use(new SupervisedProcess({ ...program, group: 'parent', stderr: 'ignore' }));
  }
  const ready = Promise.withResolvers<string>();
  const line = stack.use(
    new SupervisedProcess({
      command: process.execPath,
      args: [LINESIDE, 'run', '--config', config, '--data', data, '--json'],
      ...{ stdout: 'pipe', stderr: 'ignore', group: 'parent', graceMs: 20_000 },
      onStdoutLine: (text) => {
        const { page } = z.object({ page: z.string().optional() }).parse(JSON.parse(text));
        if (page !== undefined) ready.resolve(page);
      },
    }),
  );
  const ended = line.exited.then(() => Promise.reject(new Error('the line ended')));
  ended.catch(() => undefined);
  const beganMs = performance.now();
  const page = await Promise.race([ready.promise, ended, sleep(READY_MS).then(() => failNotReady())]);
  const startedMs = performance.now();
  const samples: Sample[] = [];
  while (performance.now() - startedMs < seconds * 1000) {
    await sleep(SAMPLE_MS, undefined, { signal });
    const response = await Promise.race([fetch(new URL('/api/v1/status', page)), ended]);
    samples.push({ atMs: performance.now() - startedMs, status: Status.parse(await response.json()) });
  }
  return { samples, pageAfterS: (startedMs - beganMs) / 1000 };
}

function failNotReady(): never {
  throw new Error(`no status page within ${READY_MS / 1000} s`);
}

function rowOf(
  { samples, pageAfterS }: ArmResult,
  { cameras, busy, seconds }: { readonly cameras: number; readonly busy: number; readonly seconds: number },
): Row {
  const measured = samples.filter(({ atMs }) => atMs >= STARTED * seconds * 1000);
  const [first, last] = [measured[0], measured.at(-1)];
  if (first === undefined || last === undefined) throw new Error('too short to measure anything');
  const spanS = (last.atMs - first.atMs) / 1000;
  const rate = (countOf: (counters: z.infer<typeof Counters>) => number): number =>
    (total(last.status, countOf) - total(first.status, countOf)) / spanS;
  const ages = measured.flatMap(({ status }) => status.cameras.map(({ lastFrameAgeMs }) => lastFrameAgeMs ?? Infinity));
  const all = samples.find(({ status }) =>
    status.cameras.every(({ models }) => models.every(({ counters }) => counters.inspected > 0)),
  );
  const codes = samples.flatMap(({ status }) => status.cameras.flatMap(({ error }) => error?.code ?? []));
  const errors = [...new Set(codes)].sort();
  const reported = measured.filter(({ status }) => status.health.warnings.some(({ code }) => code === 'overloaded'));
  return {
    cameras,
    busyProcesses: busy,
    seconds,
    pageAfterS,
    wantedPerSecond: cameras * FPS,
    offeredPerSecond: rate(({ offered }) => offered),
    inspectedPerSecond: rate(({ inspected }) => inspected),
    skippedPerSecond: rate(({ skipped }) => sumOf(skipped)),
    failedPerSecond: rate(({ failed }) => sumOf(failed)),
    allInspectedAfterS: all === undefined ? null : all.atMs / 1000,
    frameAgeP50Ms: quantile(ages, 0.5),
    frameAgeMaxMs: Math.max(...ages),
    visionRestarts: last.status.vision.restarts,
    ffmpegRestarts: last.status.cameras.reduce((sum, { restarts }) => sum + restarts, 0),
    cameraErrors: errors.length === 0 ? 'none' : errors.join(' '),
    overloadReported: `${Math.round((100 * reported.length) / measured.length)} % of the time`,
    loadAverage: loadavg()[0] ?? null,
  };
}

function total({ cameras }: Status, countOf: (counters: z.infer<typeof Counters>) => number): number {
  return cameras.reduce((sum, { models }) => sum + models.reduce((all, { counters }) => all + countOf(counters), 0), 0);
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, one) => sum + one, 0);
}

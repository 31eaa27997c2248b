import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram, SupervisedProcess } from '@lineside/kit';
import type { Footprint } from './recovery/camera-process.ts';
import { HttpVideo } from './recovery/http-video.ts';
import { type Observed, ObservedCamera, video, World } from './recovery/world.ts';
import { findFaketime } from '../tests/chaos/installed.ts';
import {
  type Bench,
  type BenchOptions,
  type Cell,
  type Column,
  loadNote,
  median,
  type Report,
  type Row,
} from './report.ts';

/** What is promised: a child that is gone, one that hangs, and what must not be noticed at all. */
const GONE = { detectedMs: 500, framesAgainMs: 1_000 };
const HUNG = { detectedMs: 2_500, framesAgainMs: 3_500 };
/** The bench's own sender of video over HTTP starts FFmpeg too. */
const EXCHANGED = { detectedMs: 500, framesAgainMs: 3_000 };
const UNNOTICED = { detectedMs: null, framesAgainMs: 1_000 };
/** A camera that refuses is asked again after a quarter of a second, then after up to one and two. */
const REFUSED = { detectedMs: 1_000, framesAgainMs: 2_500 };

/** Many cameras lock an account after few wrong passwords. */
const LOCKED = { detectedMs: 1_000, framesAgainMs: 31_000 };

interface Bound {
  readonly detectedMs: number | null;
  readonly framesAgainMs: number | null;
}

interface Fault {
  readonly name: string;
  readonly bound: Bound;
  run(world: World): Promise<Observed>;
}

const CAMERAS_MANY = 16;
const MANY_MS = 20_000;
const STARVED_MS = 20_000;
const RESTARTS = 1_000;
const RESTARTS_QUICK = 20;
/** That are killed together, so that a thousand restarts take minutes. */
const RESTARTED_CAMERAS = 4;

async function withCamera(
  facts: { readonly url: string; readonly ffmpeg?: string; readonly env?: Readonly<Record<string, string>> },
  then: (camera: ObservedCamera) => Promise<Observed>,
): Promise<Observed> {
  const { env, ...start } = facts;
  await using camera = new ObservedCamera(env);
  await camera.start(start);
  await camera.warm();
  // Awaited here: the camera lives as long as this block.
  return await then(camera);
}

async function signal(camera: ObservedCamera, name: NodeJS.Signals): Promise<void> {
  for (const pid of await camera.ffmpegs()) process.kill(pid, name);
}

const signalled = (name: string, signalName: NodeJS.Signals, bound: Bound): Fault => ({
  name,
  bound,
  run: ({ url }) => withCamera({ url }, (camera) => camera.observe(() => signal(camera, signalName))),
});

const flawed = (name: string, flaw: string, bound: Bound): Fault => ({
  name,
  bound,
  run: async (world) => {
    const ffmpeg = await world.oddFfmpeg(flaw);
    const facts = { url: world.url, ffmpeg };
    return withCamera(facts, (camera) => camera.observe(() => signal(camera, 'SIGUSR1')));
  },
});

const answered = (name: string, status: string, bound: Bound = REFUSED): Fault => ({
  name,
  bound,
  run: ({ url, proxy }) =>
    withCamera({ url }, async (camera) => {
      const refuse = async (): Promise<void> => {
        proxy.set({ status });
        // The end of the stream is reported first, then the answer.
        await camera.until(({ failures }) => failures.some(({ code }) => code !== 'ended'), 'answer');
      };
      return camera.observe(refuse, () => proxy.set('pass'), 90_000);
    }),
});

const exchanged = (
  name: string,
  ...[codec, size, pixels]: Parameters<typeof video> extends [string, ...infer R] ? R : never
): Fault => ({
  name,
  bound: EXCHANGED,
  run: async ({ folder }) => {
    await using camera = new HttpVideo(await video(folder, 'h264', '640x360', 'yuv420p'));
    const other = await video(folder, codec, size, pixels);
    const url = await camera.listen();
    return await withCamera({ url }, (observed) => observed.observe(() => camera.exchange(other)));
  },
});

/** The wall clock is set while a child is stopped: nothing is later or earlier for it. */
const clockStep = (name: string, to: string): Fault => ({
  name,
  bound: HUNG,
  run: async ({ folder, url }) => {
    const faketime = findFaketime();
    if (faketime === undefined) throw new Error('libfaketime is missing: apt-get install libfaketime');
    const file = join(folder, 'clock');
    await writeFile(file, '+0');
    const env = {
      ...{ LD_PRELOAD: faketime, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1' },
      ...{ FAKETIME_DONT_FAKE_MONOTONIC: '1', DONT_FAKE_MONOTONIC: '1' },
    };
    return withCamera({ url, env }, (camera) =>
      camera.observe(async () => {
        await signal(camera, 'SIGSTOP');
        await writeFile(file, to);
      }),
    );
  },
});

const FAULTS: readonly Fault[] = [
  signalled('FFmpeg killed', 'SIGKILL', GONE),
  signalled('FFmpeg stopped', 'SIGSTOP', HUNG),
  flawed('FFmpeg hangs and ignores SIGTERM', 'ignores-sigterm', HUNG),
  flawed('half a frame at the end', 'half-frame', GONE),
  {
    name: 'noise on stdout',
    bound: UNNOTICED,
    run: async (world) => {
      const facts = { url: world.url, ffmpeg: await world.oddFfmpeg('noise') };
      return withCamera(facts, (camera) => camera.unnoticed(() => undefined, 3_000));
    },
  },
  {
    name: 'server frozen, connection open',
    bound: HUNG,
    run: ({ url, server }) =>
      withCamera({ url }, (camera) =>
        camera.observe(
          () => server.faults.freeze(),
          () => server.faults.thaw(),
        ),
      ),
  },
  {
    name: 'connection dropped in the middle of a group',
    bound: GONE,
    run: ({ url, server }) => withCamera({ url }, (camera) => camera.observe(() => server.faults.truncate())),
  },
  exchanged('returns with another resolution', 'h264', '1280x720', 'yuv420p'),
  exchanged('returns with another codec', 'hevc', '640x360', 'yuv420p'),
  exchanged('returns with another pixel format', 'h264', '640x360', 'yuv444p'),
  answered('wrong password (401)', '401 Unauthorized\r\nWWW-Authenticate: Basic realm="camera"', LOCKED),
  answered('404', '404 Stream Not Found'),
  answered('453', '453 Not Enough Bandwidth'),
  answered('503', '503 Service Unavailable'),
  {
    name: 'redirect',
    bound: GONE,
    run: async ({ proxy, upstream, url }) => {
      const target = `rtsp://127.0.0.1:${upstream}/camera`;
      const status = `302 Found\r\nLocation: ${target}`;
      return withCamera({ url }, (camera) => camera.observe(() => proxy.set({ status }))).finally(() =>
        proxy.set('pass'),
      );
    },
  },
  {
    name: 'garbage instead of RTP',
    bound: HUNG,
    run: ({ url, proxy }) =>
      withCamera({ url }, (camera) =>
        camera.observe(
          () => proxy.set('garbage'),
          () => proxy.set('pass'),
        ),
      ),
  },
  clockStep('stopped, clock +60 s', '+60'),
  clockStep('stopped, clock -60 s', '-60'),
  clockStep('stopped, clock to 1970', '@1970-01-01 00:10:00'),
  {
    name: `${CAMERAS_MANY} cameras`,
    bound: { detectedMs: null, framesAgainMs: null },
    run: manyCameras,
  },
  {
    name: 'starved FFmpeg',
    bound: { detectedMs: null, framesAgainMs: null },
    run: starved,
  },
];

async function manyCameras({ url }: World): Promise<Observed> {
  await using camera = new ObservedCamera();
  for (let n = 0; n < CAMERAS_MANY; n += 1) await camera.start({ url });
  await camera.until(
    ({ logLines }) => logLines.filter((line) => line.includes('streaming')).length >= CAMERAS_MANY,
    'all cameras',
    120_000,
  );
  return await camera.unnoticed(() => undefined, MANY_MS);
}

/** Beside busy processes FFmpeg gets little time; that is no fault of the stream. */
async function starved(): Promise<Observed> {
  return withCamera({ url: 'lavfi:testsrc2=size=1280x720:rate=25' }, async (camera) => {
    await using stack = new AsyncDisposableStack();
    for (let n = 0; n < 4 * availableParallelism(); n += 1) {
      const program = { command: process.execPath, args: ['-e', 'for (;;);'] };
      stack.use(new SupervisedProcess({ ...program, group: 'parent', stderr: 'ignore' }));
    }
    for (const pid of await camera.ffmpegs()) {
      stack.use(new SupervisedProcess({ command: 'renice', args: ['-n', '10', '-p', `${pid}`], stderr: 'ignore' }));
    }
    return await camera.unnoticed(() => undefined, STARVED_MS);
  });
}

const COLUMNS: readonly Column[] = [
  { key: 'fault' },
  { key: 'code' },
  { key: 'detectedMs', digits: 0 },
  { key: 'detectedBoundMs', digits: 0 },
  { key: 'framesAgainMs', digits: 0 },
  { key: 'framesAgainBoundMs', digits: 0 },
  { key: 'logLines' },
  { key: 'within' },
];

/** What the issue asks for in the JSON twin, beside the table. */
interface RecoveryReport extends Report {
  readonly faults: readonly (Observed & { readonly name: string; readonly bound: Bound })[];
}

export const recovery: Bench = {
  name: 'recovery',
  what: 'faults of one camera: after how long they are reported, after how long there are frames again, lines in the log',
  run,
};

async function run(options: BenchOptions): Promise<RecoveryReport> {
  const folder = await mkdtemp(join(tmpdir(), 'lineside-recovery-'));
  const [loadBefore = 0] = loadavg();
  try {
    await using world = await World.open(folder);
    const bareStartMs = await bareStart(world.url);
    const faults = [];
    const broken: string[] = [];
    const chosen = chosenFaults(options);
    for (const [n, { name, bound, run: observe }] of chosen.entries()) {
      options.signal.throwIfAborted();
      const startedMs = performance.now();
      try {
        const fault = { name, ...(await observe(world)), bound };
        faults.push(fault);
        options.log(`${n + 1} of ${chosen.length}, ${progress(fault, performance.now() - startedMs)}`);
      } catch (error) {
        broken.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
        options.log(`${n + 1} of ${chosen.length}, not measured: ${broken.at(-1) ?? name}`);
      }
      world.server.faults.thaw();
      world.proxy.set('pass');
    }
    const restarts = options.faults === undefined ? await restartOften(options) : undefined;
    return {
      bench: recovery.name,
      what: recovery.what,
      columns: COLUMNS,
      rows: faults.map(rowOf),
      faults,
      facts: { ...restarts?.facts, bareStartMs },
      notes: [
        'Frames again counts from the fault; where the camera has to be mended (freeze, answers, garbage), from the mending.',
        'A wrong password is tried again after 15 to 30 s, because many cameras lock an account after few tries.',
        'What must not be noticed has no bound for the report; its time is the longest without a frame.',
        ...(restarts === undefined ? [] : [restarts.note]),
        `For comparison: FFmpeg with its defaults takes ${Math.round(bareStartMs)} ms from its start to the first picture of this camera.`,
        ...broken.map((text) => `Not measured: ${text}.`),
        loadNote(loadBefore),
      ],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function chosenFaults({ faults, quick }: BenchOptions): readonly Fault[] {
  if (faults === undefined) return quick ? FAULTS.slice(0, 2) : FAULTS;
  const chosen = FAULTS.filter(({ name }) => faults.some((text) => name.includes(text)));
  if (chosen.length === 0) throw new Error(`no fault has this in its name; there are: ${namesOf(FAULTS)}`);
  return chosen;
}

const namesOf = (faults: readonly Fault[]): string => faults.map(({ name }) => name).join('; ');

/** A line about a fault as soon as it is measured. */
function progress(fault: RecoveryReport['faults'][number], tookMs: number): string {
  const { fault: name, detectedMs, framesAgainMs, within } = rowOf(fault);
  const ms = (value: Cell | undefined): string => (typeof value === 'number' ? `${Math.round(value)} ms` : 'never');
  return `${name ?? ''}: reported ${ms(detectedMs)}, frames ${ms(framesAgainMs)}, within bounds: ${within ?? ''} (took ${(tookMs / 1000).toFixed(0)} s)`;
}

/** Median of three starts of FFmpeg with nothing around it, to its first picture. */
async function bareStart(url: string): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < 3; n += 1) {
    const startedMs = performance.now();
    const input = ['-nostdin', '-loglevel', 'error', '-threads', '1', '-rtsp_transport', 'tcp', '-i', url];
    await runProgram('ffmpeg', [...input, '-frames:v', '1', '-f', 'null', '-'], { timeoutMs: 60_000 });
    times.push(performance.now() - startedMs);
  }
  return median(times);
}

function rowOf({ name, bound, code, detectedMs, framesAgainMs, logLines }: RecoveryReport['faults'][number]): Row {
  const over = (value: number | null, most: number | null): boolean =>
    value !== null && (most === null || value > most);
  const late =
    over(detectedMs, bound.detectedMs) || (bound.framesAgainMs !== null && over(framesAgainMs, bound.framesAgainMs));
  return {
    fault: name,
    code,
    detectedMs,
    detectedBoundMs: bound.detectedMs,
    framesAgainMs,
    framesAgainBoundMs: bound.framesAgainMs,
    logLines,
    within: late ? 'no' : 'yes',
  };
}

async function restartOften({ quick, log }: BenchOptions): Promise<{ readonly facts: Row; readonly note: string }> {
  const count = quick ? RESTARTS_QUICK : RESTARTS;
  log(`${count} restarts`);
  await using camera = new ObservedCamera();
  for (let n = 0; n < RESTARTED_CAMERAS; n += 1) await camera.start({ url: 'lavfi:testsrc2=size=640x360:rate=25' });
  await camera.warm();
  // The first starts fill the pool of buffers.
  const before = await camera.ask<Footprint>('restart', { count: 20 }, 120_000);
  const after = await camera.ask<Footprint>('restart', { count }, 60_000 + count * 3_000);
  const facts = {
    restarts: count,
    descriptorsBefore: before.descriptors,
    descriptorsAfter: after.descriptors,
    childrenAfter: after.children,
    residentMibBefore: before.residentMib,
    residentMibAfter: after.residentMib,
  };
  const note =
    `${count} restarts: ${before.descriptors} descriptors before and ${after.descriptors} after, ${after.children} children of ${RESTARTED_CAMERAS} cameras, ` +
    `${before.residentMib.toFixed(0)} MiB before and ${after.residentMib.toFixed(0)} MiB after.`;
  return { facts, note };
}

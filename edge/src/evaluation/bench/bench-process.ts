/** One measurement in a process of its own, so that memory and threads of other work do not count. */
import { InferenceError, type ModelSpec, OnnxSession, type SessionFacts } from '../../inference/index.ts';
import { messageOf, systemClock } from '@lineside/kit';

/** What the process measures. */
export interface BenchTask {
  readonly spec: ModelSpec;
  readonly seconds: number;
}

/** Milliseconds and bytes. `*P50Ms` are nearest-rank quantiles over all frames after the warm-up. */
export interface BenchFigures {
  readonly provider: SessionFacts['provider'];
  readonly reason: string;
  readonly fallback: boolean;
  /** Loading with the first inference. */
  readonly loadMs: number;
  readonly frames: number;
  readonly withoutResult: number;
  /** From giving a frame to the session to its detections: transfer, inference, decoding, NMS. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly inferP50Ms: number;
  readonly decodeP50Ms: number;
  /** One frame after the other. */
  readonly framesPerSecond: number;
  /** CPU time of all threads. */
  readonly cpuMsPerFrame: number;
  /** Growth of resident memory by loading and warming up, and from there to the end. */
  readonly loadedBytes: number;
  readonly grownBytes: number;
}

export type BenchAnswer =
  | { readonly figures: BenchFigures }
  | { readonly error: { readonly code: string; readonly message: string; readonly advice: string } };

const WARM_UP = 5;
const LEAST_FRAMES = 10;
const LOAD_DEADLINE_MS = 600_000;
const FRAME_DEADLINE_MS = 60_000;

async function measure({ spec, seconds }: BenchTask): Promise<BenchFigures> {
  const { width, height } = spec.manifest.input;
  const source = { width, height };
  const before = process.memoryUsage.rss();
  const session = new OnnxSession(spec);
  const { provider, reason, fallback, warmupMs } = await session.start(AbortSignal.timeout(LOAD_DEADLINE_MS));
  let pixels = noise(width * height * 3);
  for (let n = 0; n < WARM_UP; n += 1) pixels = (await session.infer(pixels, source, FRAME_DEADLINE_MS)).pixels;
  const warm = process.memoryUsage.rss();
  const times = { total: [] as number[], infer: [] as number[], decode: [] as number[] };
  let withoutResult = 0;
  const cpu = process.cpuUsage();
  const startedMs = systemClock.monoMs();
  let nowMs = startedMs;
  while (nowMs - startedMs < seconds * 1000 || times.total.length < LEAST_FRAMES) {
    const answer = await session.infer(pixels, source, FRAME_DEADLINE_MS);
    pixels = answer.pixels;
    const doneMs = systemClock.monoMs();
    times.total.push(doneMs - nowMs);
    times.infer.push(answer.inferMs);
    times.decode.push(answer.decodeMs);
    if (answer.seen === undefined) withoutResult += 1;
    nowMs = doneMs;
  }
  const { user, system } = process.cpuUsage(cpu);
  const frames = times.total.length;
  const after = process.memoryUsage.rss();
  await session.close();
  return {
    provider,
    reason,
    fallback,
    loadMs: warmupMs,
    frames,
    withoutResult,
    p50Ms: quantile(times.total, 0.5),
    p95Ms: quantile(times.total, 0.95),
    p99Ms: quantile(times.total, 0.99),
    inferP50Ms: quantile(times.infer, 0.5),
    decodeP50Ms: quantile(times.decode, 0.5),
    framesPerSecond: (1000 * frames) / (nowMs - startedMs),
    cpuMsPerFrame: (user + system) / 1000 / frames,
    loadedBytes: warm - before,
    grownBytes: after - warm,
  };
}

function quantile(values: readonly number[], rank: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(rank * sorted.length) - 1)] ?? 0;
}

/** The same in every run; the cost of a convolution does not depend on its numbers. */
function noise(count: number): Uint8Array<ArrayBuffer> {
  let state = 1;
  return Uint8Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

async function answer(task: BenchTask): Promise<BenchAnswer> {
  try {
    return { figures: await measure(task) };
  } catch (error) {
    const { code, message, advice } =
      error instanceof InferenceError ? error : new InferenceError('inference_error', messageOf(error));
    return { error: { code, message, advice } };
  }
}

process.once('message', (task: BenchTask) => {
  void answer(task).then((result) => process.send?.(result, () => process.disconnect()));
});
// The parent has ended: nobody needs the result.
process.once('disconnect', () => process.exit());

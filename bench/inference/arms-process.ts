/** Ours and bare ONNX Runtime on the same file with the same options, frame about in one process. */
import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import { type ModelSpec, OnnxSession } from '../../edge/src/inference/index.ts';
import { systemClock } from '@lineside/kit';
import { answerQuestions } from '../child.ts';
import { median, quantile } from '../report.ts';

export interface ArmsFacts {
  readonly spec: ModelSpec;
  /** The same model as it was before it was prepared, where it was. */
  readonly original: ModelSpec | undefined;
}

export interface RoundFacts {
  readonly seconds: number;
}

/** Milliseconds unless the name has another unit; quantiles over the frames of one round. */
export interface Round {
  readonly frames: number;
  readonly oursP50Ms: number;
  readonly bareP50Ms: number;
  readonly oursP95Ms: number;
  readonly bareP95Ms: number;
  /** Fastest tenth: frames in which nothing else wanted the cores. */
  readonly oursP10Ms: number;
  readonly bareP10Ms: number;
  /** CPU time of all threads; what another program on the machine takes away is not in it. */
  readonly oursCpuMs: number;
  readonly bareCpuMs: number;
  readonly decodeMicroseconds: number;
  readonly onePassMicroseconds: number;
  readonly detections: number;
  readonly unpreparedP50Ms: number | null;
  readonly unpreparedCpuMs: number | null;
}

const DEADLINE_MS = 60_000;
const WARM_UP = 3;

interface Arm {
  readonly session: OnnxSession;
  pixels: Uint8Array<ArrayBuffer>;
}

interface Stage {
  readonly ours: Arm;
  readonly unprepared: Arm | undefined;
  readonly bare: InferenceSession;
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly fetches: readonly string[];
}

let stage: Stage | undefined;

async function open({ spec, original }: ArmsFacts): Promise<null> {
  env.logLevel = 'error';
  const { input, output, extraInputs = [] } = spec.manifest;
  if (extraInputs.length > 0) throw new Error('models with a second input are not measured');
  const bare = await InferenceSession.create(spec.path, {
    executionProviders: ['cpu'],
    intraOpNumThreads: spec.threads ?? 1,
    interOpNumThreads: 1,
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
  const packed = noise(input.width * input.height * 3);
  const shape = input.layout === 'nhwc' ? [1, input.height, input.width, 3] : [1, 3, input.height, input.width];
  const tensor =
    input.type === 'uint8'
      ? new Tensor('uint8', packed, shape)
      : new Tensor(
          'float32',
          Float32Array.from(packed, (level) => level / 255),
          shape,
        );
  stage = {
    ours: await arm(spec, packed),
    unprepared: original === undefined ? undefined : await arm(original, packed),
    bare,
    feeds: { [input.name]: tensor },
    fetches: output.names ?? [output.name],
  };
  return null;
}

async function arm(spec: ModelSpec, packed: Uint8Array): Promise<Arm> {
  const session = new OnnxSession(spec);
  await session.start(AbortSignal.timeout(DEADLINE_MS));
  return { session, pixels: new Uint8Array(packed) };
}

async function look(
  of: Arm,
  { width, height }: { width: number; height: number },
): Promise<{ decodeMs: number; detections: number }> {
  const { pixels, decodeMs, seen } = await of.session.infer(of.pixels, { width, height }, DEADLINE_MS);
  of.pixels = pixels;
  return { decodeMs, detections: seen?.detections.length ?? 0 };
}

async function round({ seconds }: RoundFacts): Promise<Round> {
  if (stage === undefined) throw new Error('not open');
  const { ours, unprepared, bare, feeds, fetches } = stage;
  const source = { width: 1280, height: 720 };
  const times = { ours: [] as number[], bare: [] as number[], unprepared: [] as number[], decode: [] as number[] };
  const cpu = { ours: [] as number[], bare: [] as number[], unprepared: [] as number[] };
  const outputs: Float32Array[] = [];
  let detections = 0;
  const untilMs = systemClock.monoMs() + seconds * 1000;
  for (let frame = -WARM_UP; frame < 1 || systemClock.monoMs() < untilMs; frame += 1) {
    const decode = { ms: 0 };
    const one = {
      ours: await timed(async () => {
        const answer = await look(ours, source);
        decode.ms = answer.decodeMs;
        detections = answer.detections;
      }),
      bare: await timed(async () => {
        const answer = await bare.run(feeds, fetches);
        outputs.splice(0, outputs.length, ...fetches.flatMap((name) => floatsOf(answer[name])));
      }),
      unprepared: unprepared === undefined ? undefined : await timed(async () => look(unprepared, source)),
    };
    if (frame < 0) continue;
    times.ours.push(one.ours.wallMs);
    times.bare.push(one.bare.wallMs);
    times.unprepared.push(one.unprepared?.wallMs ?? 0);
    cpu.ours.push(one.ours.cpuMs);
    cpu.bare.push(one.bare.cpuMs);
    cpu.unprepared.push(one.unprepared?.cpuMs ?? 0);
    times.decode.push(decode.ms);
  }
  return {
    frames: times.ours.length,
    oursP50Ms: median(times.ours),
    bareP50Ms: median(times.bare),
    oursP95Ms: quantile(times.ours, 0.95),
    bareP95Ms: quantile(times.bare, 0.95),
    oursP10Ms: quantile(times.ours, 0.1),
    bareP10Ms: quantile(times.bare, 0.1),
    oursCpuMs: median(cpu.ours),
    bareCpuMs: median(cpu.bare),
    decodeMicroseconds: 1000 * median(times.decode),
    onePassMicroseconds: onePass(outputs),
    detections,
    unpreparedP50Ms: unprepared === undefined ? null : median(times.unprepared),
    unpreparedCpuMs: unprepared === undefined ? null : median(cpu.unprepared),
  };
}

async function timed(work: () => Promise<unknown>): Promise<{ readonly wallMs: number; readonly cpuMs: number }> {
  const before = process.cpuUsage();
  const startedMs = systemClock.monoMs();
  await work();
  const wallMs = systemClock.monoMs() - startedMs;
  const { user, system } = process.cpuUsage(before);
  return { wallMs, cpuMs: (user + system) / 1000 };
}

function floatsOf(tensor: Tensor | undefined): Float32Array[] {
  return tensor?.data instanceof Float32Array ? [tensor.data] : [];
}

/** Microseconds to read each float once and compare it: less than that no decoder can do. */
function onePass(outputs: readonly Float32Array[]): number {
  const times: number[] = [];
  let most = Number.NEGATIVE_INFINITY;
  for (let again = 0; again < 50; again += 1) {
    const startedMs = systemClock.monoMs();
    for (const data of outputs) for (let at = 0; at < data.length; at += 1) if (data[at]! > most) most = data[at]!;
    times.push(1000 * (systemClock.monoMs() - startedMs));
  }
  return median(times);
}

function noise(count: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

answerQuestions({ open, round }, async () => {
  await stage?.ours.session.close();
  await stage?.unprepared?.session.close();
  await stage?.bare.release();
});

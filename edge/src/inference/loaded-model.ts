import type { ExtraInput, ModelManifest } from '@lineside/models';
import {
  type BadOutput,
  createDecoder,
  type Decoder,
  isBad,
  outputNames,
  type Outputs,
  type OutputTensor,
} from '@lineside/models/families';
import { open } from 'node:fs/promises';
import { env, InferenceSession, listSupportedBackends, Tensor } from 'onnxruntime-node';
import type { InferenceOutput, PictureSize } from '../domain/index.ts';
import { messageOf, systemClock, systemCode } from '@lineside/kit';
import { BatchFeeder, sliceOutputs } from './batch.ts';
import { InferenceError } from './errors.ts';
import { checkModelIo, fixedBatch, modelError, type ModelIo } from './model-io.ts';
import { bestProvider, reasonOf, type Runtime } from './provider-chain.ts';
import { fileExists, runtimeLibraries } from './providers.ts';
import { inputShape, leastScoresOf, type ModelSpec, type Provider } from './model-spec.ts';
import { threadCpu } from './thread-cpu.ts';
import type { SessionFacts } from './worker-protocol.ts';

// Its warnings about missing devices are noise on a machine without an accelerator.
env.logLevel = 'error';

/** A model in memory of this thread. `run` and loading block the thread: only for workers. */
export class LoadedModel {
  readonly facts: SessionFacts;
  readonly #session: InferenceSession;
  readonly #spec: ModelSpec;
  readonly #feeder: BatchFeeder;
  readonly #decoder: Decoder;
  readonly #outputs: readonly string[];

  constructor(session: InferenceSession, spec: ModelSpec, facts: SessionFacts) {
    const { manifest, masks = true, maps = false } = spec;
    this.facts = facts;
    this.#session = session;
    this.#spec = spec;
    this.#feeder = new BatchFeeder(manifest.input, fixedBatch(ioOf(session), manifest.input));
    this.#outputs = outputNames(manifest.output);
    const { score, labels: labelScores } = leastScoresOf(spec);
    const { iou = manifest.thresholds.iou } = spec;
    this.#decoder = createDecoder({ manifest, score, labelScores, iou, masks, maps });
  }

  /**
   * Runs the model once on the packed pixels of one frame or several, at most `facts.batch`. Returns the outputs of each,
   * not decoded.
   *
   * @throws InferenceError `model_shape` when an output has no part for each frame.
   */
  async run(frames: readonly Uint8Array[]): Promise<readonly Outputs[]> {
    const { manifest } = this.#spec;
    const { values, rows } = this.#feeder.feed(frames);
    const shape = inputShape(manifest.input, rows);
    const tensor =
      values instanceof Uint8Array ? new Tensor('uint8', values, shape) : new Tensor('float32', values, shape);
    const feeds = { [manifest.input.name]: tensor, ...extraTensors(manifest, rows) };
    const results = await this.#session.run(feeds, this.#outputs);
    const outputs = new Map(this.#outputs.map((name) => [name, outputTensor(name, results[name])]));
    return sliceOutputs(outputs, frames.length, rows);
  }

  decode(outputs: Outputs, packed: Uint8Array, source: PictureSize): InferenceOutput | BadOutput {
    return this.#decoder.decode(outputs, { packed, source });
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

/** Boxes are requested in pixels of the model's input, as every family gives them. */
function extraTensors({ input, extraInputs = [] }: ModelManifest, rows: number): Readonly<Record<string, Tensor>> {
  const sizes = Array.from({ length: rows }, () => [input.width, input.height]).flat();
  return Object.fromEntries(extraInputs.map(({ name, type }) => [name, sizeTensor(type, sizes)]));
}

function sizeTensor(type: ExtraInput['type'], sizes: readonly number[]): Tensor {
  const shape = [sizes.length / 2, 2];
  switch (type) {
    case 'int64':
      return new Tensor('int64', BigInt64Array.from(sizes, BigInt), shape);
    case 'int32':
      return new Tensor('int32', Int32Array.from(sizes), shape);
    case 'float32':
      return new Tensor('float32', Float32Array.from(sizes), shape);
  }
}

function outputTensor(name: string, tensor: Tensor | undefined): OutputTensor {
  if (tensor === undefined) throw new InferenceError('model_shape', `the model has no output ${name}`);
  const { data, dims, type } = tensor;
  if (!isNumbers(data)) throw new InferenceError('model_shape', `output ${name} is ${type}`);
  return { data, shape: dims };
}

function isNumbers(data: Tensor['data']): data is OutputTensor['data'] {
  return ArrayBuffer.isView(data) && !(data instanceof Float16Array);
}

/**
 * Loads a model with the best provider that completes a trial inference.
 *
 * @throws InferenceError when the file, its shapes or its labels are wrong.
 */
export async function loadModel(spec: ModelSpec, runtime: Runtime = onnxRuntime()): Promise<LoadedModel> {
  await checkReadable(spec.path);
  const started = systemClock.monoMs();
  const { provider, value, refused, expected, fallback } = await bestProvider(spec, runtime, async (session) => ({
    session,
    trialCpuMs: await prove(session, spec),
  }));
  const { session, trialCpuMs } = value;
  const warmupMs = systemClock.monoMs() - started;
  const { batch = 1 } = spec.manifest.input;
  const reason = reasonOf(refused);
  const facts = { provider, reason, refused, expected, fallback, warmupMs, trialCpuMs, batch };
  return new LoadedModel(session, spec, facts);
}

/** One inference of a grey frame, and one with a full batch. Returns the CPU time of the slower one, ms. */
async function prove(session: InferenceSession, spec: ModelSpec): Promise<number> {
  checkModelIo(ioOf(session), spec.manifest);
  const { width, height, letterbox, batch = 1 } = spec.manifest.input;
  const none = { provider: 'cpu', reason: '', refused: [], expected: 'cpu', fallback: false } as const;
  const trial = new LoadedModel(session, spec, { ...none, warmupMs: 0, trialCpuMs: 0, batch });
  let slowestMs = 0;
  const grey = new Uint8Array(width * height * 3).fill(letterbox.fill);
  for (const frames of batch === 1 ? [1] : [1, batch]) {
    const { value: answers, cpuMs } = await threadCpu(() => trial.run(Array.from({ length: frames }, () => grey)));
    slowestMs = Math.max(slowestMs, cpuMs);
    for (const outputs of answers) {
      const decoded = trial.decode(outputs, grey, { width, height });
      // Impossible values concern one frame; a wrong shape concerns all.
      if (isBad(decoded) && decoded.bad !== 'values') throw modelError(decoded);
    }
  }
  return slowestMs;
}

/** The ONNX Runtime that is installed. */
function onnxRuntime(): Runtime {
  return {
    supported: () => listSupportedBackends().map(({ name }) => name),
    libraries: runtimeLibraries(),
    exists: fileExists,
    create: createSession,
  };
}

/** Inputs and outputs of an ONNX file. */
export async function describeModelFile(path: string): Promise<ModelIo> {
  await checkReadable(path);
  const session = await createOnCpu(path);
  try {
    return ioOf(session);
  } finally {
    await session.release();
  }
}

async function createSession(path: string, provider: Provider, threads: number): Promise<InferenceSession> {
  return InferenceSession.create(path, {
    executionProviders: [provider],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Threads that spin between frames cost several times the CPU of the inference itself at low frame rates.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
}

async function createOnCpu(path: string): Promise<InferenceSession> {
  try {
    return await createSession(path, 'cpu', 1);
  } catch (error) {
    const message = `ONNX Runtime cannot load ${path}: ${messageOf(error)}`;
    throw new InferenceError('model_unreadable', message, { cause: error });
  }
}

async function checkReadable(path: string): Promise<void> {
  try {
    const file = await open(path, 'r');
    try {
      const facts = await file.stat();
      if (!facts.isFile()) throw new InferenceError('model_unreadable', `${path} is not a file`);
      if (facts.size === 0) throw new InferenceError('model_unreadable', `${path} is empty`);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof InferenceError) throw error;
    const why = systemCode(error) === 'ENOENT' ? 'there is no such file' : messageOf(error);
    throw new InferenceError('model_missing', `${path}: ${why}`, { cause: error });
  }
}

function ioOf(session: InferenceSession): ModelIo {
  const describe = (infos: readonly InferenceSession.ValueMetadata[]): ModelIo['inputs'] =>
    infos.map((info) =>
      info.isTensor
        ? { name: info.name, type: info.type, shape: info.shape }
        : { name: info.name, type: 'no tensor', shape: [] },
    );
  return { inputs: describe(session.inputMetadata), outputs: describe(session.outputMetadata) };
}

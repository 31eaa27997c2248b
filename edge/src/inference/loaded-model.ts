import { open } from 'node:fs/promises';
import { env, InferenceSession, listSupportedBackends, Tensor } from 'onnxruntime-node';
import type { Detection, PictureSize } from '../domain/index.ts';
import { messageOf, systemClock, systemCode } from '../kit/index.ts';
import { InferenceError } from './errors.ts';
import { checkModelIo, checkOutputShape, type ModelIo } from './model-io.ts';
import { type PixelReader, pixelReader } from './pixels.ts';
import { chooseProviders, fileExists, runtimeLibraries } from './providers.ts';
import { inputShape, type ModelSpec, type Provider } from './spec.ts';
import type { SessionFacts } from './worker-protocol.ts';
import { Yolov8Decoder } from './yolov8.ts';

// Its warnings about devices that are not there are noise on a machine without an accelerator.
env.logLevel = 'error';

/** A model in memory of this thread. `run` and loading block the thread: only for workers. */
export class LoadedModel {
  readonly facts: SessionFacts;
  readonly #session: InferenceSession;
  readonly #spec: ModelSpec;
  readonly #read: PixelReader;
  readonly #decoder: Yolov8Decoder;
  readonly #shape: readonly number[];

  constructor(session: InferenceSession, spec: ModelSpec, facts: SessionFacts) {
    const { manifest } = spec;
    this.facts = facts;
    this.#session = session;
    this.#spec = spec;
    this.#read = pixelReader(manifest.input);
    this.#shape = inputShape(manifest.input);
    this.#decoder = new Yolov8Decoder({
      labels: manifest.labels,
      layout: manifest.output.layout ?? 'attributes_first',
      input: manifest.input,
      score: spec.score ?? manifest.thresholds.score,
      iou: spec.iou ?? manifest.thresholds.iou,
    });
  }

  /** Runs the model on packed pixels; the output's numbers as they are. */
  async run(packed: Uint8Array): Promise<Float32Array> {
    const { input, output } = this.#spec.manifest;
    const values = this.#read(packed);
    const tensor =
      values instanceof Uint8Array
        ? new Tensor('uint8', values, this.#shape)
        : new Tensor('float32', values, this.#shape);
    const answer = (await this.#session.run({ [input.name]: tensor }, [output.name]))[output.name];
    if (answer === undefined || !(answer.data instanceof Float32Array)) {
      throw new InferenceError('model_shape', `output ${output.name} is not float32`);
    }
    checkOutputShape(answer.dims, this.#spec.manifest);
    return answer.data;
  }

  /** Undefined when the output cannot be believed. */
  decode(output: Float32Array, source: PictureSize): readonly Detection[] | undefined {
    return this.#decoder.decode(output, source);
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

/**
 * Loads a model with the best provider that proves itself by an inference.
 *
 * @throws InferenceError when the file, its shapes or its labels are wrong.
 */
export async function loadModel(spec: ModelSpec): Promise<LoadedModel> {
  await checkReadable(spec.path);
  const supported = listSupportedBackends().map(({ name }) => name);
  const choice = await chooseProviders({ supported, exists: fileExists, libraries: runtimeLibraries() });
  const reasons = [...choice.missing];
  for (const provider of choice.candidates) {
    try {
      const started = systemClock.monoMs();
      const session = await createSession(spec.path, provider, spec.threads ?? 1);
      checkModelIo(ioOf(session), spec.manifest);
      const fallback = provider === 'cpu' && choice.acceleratorExpected;
      const reason = reasons.join('; ');
      const trial = new LoadedModel(session, spec, { provider, reason, fallback, warmupMs: 0 });
      const { width, height, letterbox } = spec.manifest.input;
      await trial.run(new Uint8Array(width * height * 3).fill(letterbox.fill));
      const warmupMs = systemClock.monoMs() - started;
      return new LoadedModel(session, spec, { provider, reason, fallback, warmupMs });
    } catch (error) {
      // A wrong model is wrong on every provider.
      if (error instanceof InferenceError) throw error;
      if (provider === 'cpu') throw new InferenceError('inference_error', messageOf(error), { cause: error });
      reasons.push(`${provider}: ${messageOf(error)}`);
    }
  }
  throw new InferenceError('inference_error', 'no execution provider is left');
}

/** Inputs and outputs of an ONNX file. */
export async function describeModelFile(path: string): Promise<ModelIo> {
  await checkReadable(path);
  const session = await createSession(path, 'cpu', 1);
  try {
    return ioOf(session);
  } finally {
    await session.release();
  }
}

async function createSession(path: string, provider: Provider, threads: number): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(path, {
      executionProviders: [provider],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      // Threads that spin between frames cost several times the CPU of the inference itself at low frame rates.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
  } catch (error) {
    const message = messageOf(error);
    if (provider !== 'cpu') throw error;
    throw new InferenceError('model_unreadable', `ONNX Runtime cannot load ${path}: ${message}`, { cause: error });
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
  const told = (infos: readonly InferenceSession.ValueMetadata[]): ModelIo['inputs'] =>
    infos.map((info) =>
      info.isTensor
        ? { name: info.name, type: info.type, shape: info.shape }
        : { name: info.name, type: 'no tensor', shape: [] },
    );
  return { inputs: told(session.inputMetadata), outputs: told(session.outputMetadata) };
}

import {
  type BadOutput,
  createDecoder,
  type Decoder,
  isBad,
  outputNames,
  type Outputs,
  type OutputTensor,
} from '@lineside/models/families';
import type { InferenceOutput, PictureSize } from '../../domain/index.ts';
import { messageOf, systemClock } from '@lineside/kit';
import { InferenceError } from '../errors.ts';
import { modelError } from '../model-io.ts';
import { type PixelReader, pixelReader } from '../pixels.ts';
import { threadCpu } from '../thread-cpu.ts';
import { isLess } from '../provider-chain.ts';
import { inputShape, leastScoresOf, type ModelSpec } from '../model-spec.ts';
import type { SessionFacts } from '../worker-protocol.ts';
import { readTfjsModel, type TfjsKind } from './artifacts.ts';
import { type Importer, loadTensorFlow, type TfModel, type TfRuntime, type TfTensor } from './runtime.ts';

/** True for a model that only TensorFlow.js can run. */
export function isTfjs(spec: Pick<ModelSpec, 'path'>): boolean {
  return spec.path.endsWith('.json');
}

interface LoadedTfjs {
  readonly kind: TfjsKind;
  readonly model: TfModel;
}

/** A TensorFlow.js model in the memory of this thread, with the interface of `LoadedModel`. */
export class TfjsModel {
  readonly facts: SessionFacts;
  readonly #runtime: TfRuntime;
  readonly #loaded: LoadedTfjs;
  readonly #spec: ModelSpec;
  readonly #read: PixelReader;
  readonly #decoder: Decoder;
  readonly #outputs: readonly string[];

  constructor(runtime: TfRuntime, loaded: LoadedTfjs, spec: ModelSpec, facts: SessionFacts) {
    const { manifest, masks = true, maps = false } = spec;
    this.facts = facts;
    this.#runtime = runtime;
    this.#loaded = loaded;
    this.#spec = spec;
    this.#read = pixelReader(manifest.input);
    this.#outputs = outputNames(manifest.output);
    const { score, labels: labelScores } = leastScoresOf(spec);
    const { iou = manifest.thresholds.iou } = spec;
    this.#decoder = createDecoder({ manifest, score, labelScores, iou, masks, maps });
  }

  /** Runs the model on the packed pixels of each frame, one after the other. Returns the outputs, not decoded. */
  async run(frames: readonly Uint8Array[]): Promise<readonly Outputs[]> {
    const all: Outputs[] = [];
    for (const packed of frames) all.push(await this.#runOne(packed));
    return all;
  }

  async #runOne(packed: Uint8Array): Promise<Outputs> {
    const { input } = this.#spec.manifest;
    const values = this.#read(packed);
    const { tf } = this.#runtime;
    const tensor =
      values instanceof Uint8Array
        ? tf.tensor(Int32Array.from(values), inputShape(input), 'int32')
        : tf.tensor(values, inputShape(input), 'float32');
    const answers = this.#answer(tensor);
    try {
      const read = answers.map(
        async (answer): Promise<OutputTensor> => ({ data: await answer.data(), shape: answer.shape }),
      );
      const tensors = await Promise.all(read);
      return new Map(this.#outputs.flatMap((name, i) => (tensors[i] === undefined ? [] : [[name, tensors[i]]])));
    } finally {
      for (const used of [tensor, ...answers]) used.dispose();
    }
  }

  decode(outputs: Outputs, packed: Uint8Array, source: PictureSize): InferenceOutput | BadOutput {
    return this.#decoder.decode(outputs, { packed, source });
  }

  async release(): Promise<void> {
    this.#loaded.model.dispose();
  }

  /** Outputs in the order of the manifest's names. */
  #answer(tensor: TfTensor): readonly TfTensor[] {
    const { input } = this.#spec.manifest;
    const { kind, model } = this.#loaded;
    const listed = (answer: TfTensor | TfTensor[]): TfTensor[] => (Array.isArray(answer) ? answer : [answer]);
    // A layers model has an `execute` too, with another meaning.
    if (kind === 'graph-model') return listed(model.execute({ [input.name]: tensor }, this.#outputs));
    const answers = listed(model.predict(tensor));
    const names = model.outputNames ?? [];
    return this.#outputs.map((name, i) => {
      const answer = answers[answers.length === 1 ? i : names.indexOf(name)];
      if (answer === undefined) throw new InferenceError('model_shape', `the model has no output ${name}`);
      return answer;
    });
  }
}

/**
 * Loads a TensorFlow.js model and tests it by an inference.
 *
 * @throws InferenceError `tfjs_missing` where TensorFlow.js is not installed, or the defect of the model.
 */
export async function loadTfjs(spec: ModelSpec, load?: Importer): Promise<TfjsModel> {
  const started = systemClock.monoMs();
  const { kind, files } = await readTfjsModel(spec.path);
  const runtime = await loadTensorFlow(load);
  const { tf, provider, build } = runtime;
  const expected = spec.expect ?? 'cpu';
  try {
    const model = kind === 'graph-model' ? await tf.loadGraphModel(files) : await tf.loadLayersModel(files);
    const common = {
      provider,
      reason: `runs on ${build}`,
      refused: [],
      expected,
      fallback: isLess(provider, expected),
      batch: 1,
    };
    const trial = new TfjsModel(runtime, { kind, model }, spec, { ...common, warmupMs: 0, trialCpuMs: 0 });
    const { width, height, letterbox } = spec.manifest.input;
    const grey = new Uint8Array(width * height * 3).fill(letterbox.fill);
    const { value, cpuMs: trialCpuMs } = await threadCpu(() => trial.run([grey]));
    const [outputs = new Map()] = value;
    const first = trial.decode(outputs, grey, { width, height });
    if (isBad(first) && first.bad !== 'values') throw modelError(first);
    const warmupMs = systemClock.monoMs() - started;
    return new TfjsModel(runtime, { kind, model }, spec, { ...common, warmupMs, trialCpuMs });
  } catch (error) {
    if (error instanceof InferenceError) throw error;
    throw new InferenceError('inference_error', `TensorFlow.js: ${messageOf(error)}`, { cause: error });
  }
}

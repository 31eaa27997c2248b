import { messageOf } from '@lineside/kit';
import { InferenceError } from '../errors.ts';
import type { Provider } from '../model-spec.ts';
import type { FileHandler } from './artifacts.ts';

/** The parts of TensorFlow.js that are used, as its version 4 has them. */
export interface TfTensor {
  readonly shape: readonly number[];
  data(): Promise<Float32Array | Int32Array | Uint8Array>;
  dispose(): void;
}

export interface TfModel {
  /** Of graph models. */
  execute(inputs: Readonly<Record<string, TfTensor>>, outputs: readonly string[]): TfTensor | TfTensor[];
  /** Of layers models. */
  predict(input: TfTensor): TfTensor | TfTensor[];
  readonly outputNames?: readonly string[];
  dispose(): void;
}

export interface TfModule {
  tensor(values: Float32Array | Int32Array, shape: readonly number[], type: 'float32' | 'int32'): TfTensor;
  loadGraphModel(files: FileHandler): Promise<TfModel>;
  loadLayersModel(files: FileHandler): Promise<TfModel>;
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
}

export interface TfRuntime {
  readonly tf: TfModule;
  /** `cuda` for the native build with a GPU, `cpu` for the portable one. */
  readonly provider: Provider;
  /** Name of the build, for people. */
  readonly build: string;
}

/** Imports a package by name; tests replace it. */
export type Importer = (name: string) => Promise<unknown>;

const ADVICE =
  'Convert the model to ONNX (tf2onnx), which is faster; or install TensorFlow.js where Lineside is installed: ' +
  '`npm install @tensorflow/tfjs @tensorflow/tfjs-backend-wasm`, or on x86-64 with CUDA `npm install @tensorflow/tfjs-node-gpu`.';

/**
 * The best build of TensorFlow.js that is installed: the native one with a GPU, else the portable one on WebAssembly.
 * Neither comes with Lineside.
 *
 * @throws InferenceError `tfjs_missing` with what to install.
 */
export async function loadTensorFlow(load: Importer = (name) => import(name)): Promise<TfRuntime> {
  const refused: string[] = [];
  try {
    const tf = moduleOf(await load('@tensorflow/tfjs-node-gpu'));
    await tf.ready();
    return { tf, provider: 'cuda', build: 'tfjs-node-gpu' };
  } catch (error) {
    refused.push(`@tensorflow/tfjs-node-gpu: ${firstLine(error)}`);
  }
  try {
    const tf = moduleOf(await load('@tensorflow/tfjs'));
    await load('@tensorflow/tfjs-backend-wasm');
    if (!(await tf.setBackend('wasm'))) throw new Error('the WebAssembly backend does not start');
    await tf.ready();
    return { tf, provider: 'cpu', build: 'tfjs on WebAssembly' };
  } catch (error) {
    refused.push(`@tensorflow/tfjs: ${firstLine(error)}`);
  }
  throw new InferenceError('tfjs_missing', `this is a TensorFlow.js model; ${refused.join('; ')}`, { advice: ADVICE });
}

/** CommonJS packages come as the default export. */
function moduleOf(loaded: unknown): TfModule {
  const candidates = [loaded, (loaded as { readonly default?: unknown } | undefined)?.default];
  const found = candidates.find(isTfModule);
  if (found === undefined) throw new Error('is not a known version of TensorFlow.js');
  return found;
}

function isTfModule(value: unknown): value is TfModule {
  return typeof value === 'object' && value !== null && 'loadGraphModel' in value && 'setBackend' in value;
}

function firstLine(error: unknown): string {
  return messageOf(error).split('\n')[0] ?? '';
}

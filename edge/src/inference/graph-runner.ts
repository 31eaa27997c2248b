import type { InferenceSession } from 'onnxruntime-node';
import { messageOf } from '@lineside/kit';
import { InferenceError } from './errors.ts';

/** Outputs of a run by name, as the model gave them. */
export type RawOutputs = ReadonlyMap<string, Float32Array>;

/**
 * Runs a graph that this program wrote itself or whose bytes are known, on the CPU with one thread, and returns its
 * outputs without decoding: what teaching and text need. Models of unknown origin are run by `probeModel` in a process
 * of their own.
 */
export class GraphRunner {
  readonly #session: InferenceSession;
  readonly #library: typeof import('onnxruntime-node');

  private constructor(session: InferenceSession, library: typeof import('onnxruntime-node')) {
    this.#session = session;
    this.#library = library;
  }

  /** @throws InferenceError `model_unreadable`. */
  static async open(graph: Uint8Array): Promise<GraphRunner> {
    // Here, because the main process runs no graphs.
    const library = await import('onnxruntime-node');
    try {
      const session = await library.InferenceSession.create(graph, {
        executionProviders: ['cpu'],
        intraOpNumThreads: 1,
        interOpNumThreads: 1,
        logSeverityLevel: 4,
      });
      return new GraphRunner(session, library);
    } catch (error) {
      throw new InferenceError('model_unreadable', messageOf(error));
    }
  }

  /**
   * One image, packed RGB of the size that the graph takes.
   *
   * @throws InferenceError `inference_error`.
   */
  async run(
    pixels: Uint8Array,
    { width, height }: { readonly width: number; readonly height: number },
  ): Promise<RawOutputs> {
    const [input = ''] = this.#session.inputNames;
    try {
      const answers = await this.#session.run({
        [input]: new this.#library.Tensor('uint8', pixels, [1, height, width, 3]),
      });
      return new Map(
        Object.entries(answers).flatMap(([name, { data }]): (readonly [string, Float32Array])[] =>
          data instanceof Float32Array ? [[name, data]] : [],
        ),
      );
    } catch (error) {
      throw new InferenceError('inference_error', messageOf(error));
    }
  }

  /**
   * Values for the only input of a graph, and those of its only output; `shape` may change from run to run.
   *
   * @throws InferenceError `inference_error`.
   */
  async runTensor(values: Float32Array, shape: readonly number[]): Promise<Float32Array> {
    const [input = ''] = this.#session.inputNames;
    try {
      const answers = await this.#session.run({ [input]: new this.#library.Tensor('float32', values, shape) });
      const [output] = Object.values(answers);
      if (output?.data instanceof Float32Array) return output.data;
      throw new Error('its output is no float32');
    } catch (error) {
      throw new InferenceError('inference_error', messageOf(error));
    }
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}

import type { PictureSize, InferenceOutput } from '../domain/index.ts';
import type { InferenceErrorCode } from './errors.ts';
import type { ModelIo } from './model-io.ts';
import type { ProviderRefusal } from './providers.ts';
import type { ModelSpec, Provider } from './model-spec.ts';

/** The task of a session worker. */
export type WorkerTask =
  | { readonly task: 'serve'; readonly spec: ModelSpec }
  | { readonly task: 'describe'; readonly path: string };

/** A letterboxed frame, and the size of the source that it shows. */
export interface SentFrame {
  readonly pixels: ArrayBuffer;
  readonly source: PictureSize;
}

/** The result for one frame, with its buffer. */
export interface SentAnswer {
  readonly pixels: ArrayBuffer;
  /** Undefined when there is no result. */
  readonly seen: InferenceOutput | undefined;
  readonly failure?: { readonly reason: 'inference_error' | 'bad_output'; readonly message: string };
  readonly decodeMs: number;
}

/** To the worker. All frames go through one run; the buffers are transferred, and returned with the result. */
export type ToWorker = { readonly type: 'infer'; readonly frames: readonly SentFrame[] } | { readonly type: 'close' };

export interface SessionFacts {
  readonly provider: Provider;
  /** Why no better provider is used; empty when the best is in use. */
  readonly reason: string;
  /** The same, each with a code. */
  readonly refused: readonly ProviderRefusal[];
  /** Where it should run. */
  readonly expected: Provider;
  /** It runs on a lower provider than it should. */
  readonly fallback: boolean;
  readonly warmupMs: number;
  /** CPU time of the slowest trial inference. */
  readonly trialCpuMs: number;
  /** Most frames of one run. */
  readonly batch: number;
}

/** From the worker. */
export type FromWorker =
  /** The first message: the worker's thread, where the system names it. */
  | { readonly type: 'thread'; readonly thread: number | undefined }
  | { readonly type: 'ready'; readonly facts: SessionFacts }
  | { readonly type: 'described'; readonly io: ModelIo }
  | { readonly type: 'failed'; readonly code: InferenceErrorCode; readonly message: string; readonly advice: string }
  | {
      readonly type: 'answer';
      /** One per frame, in their order. */
      readonly answers: readonly SentAnswer[];
      readonly startedMs: number;
      readonly inferMs: number;
      /** CPU time of this thread for the run and its decoding. */
      readonly cpuMs: number;
    };

import type { PictureSize, InferenceOutput } from '../domain/index.ts';
import type { InferenceErrorCode } from './errors.ts';
import type { ModelIo } from './model-io.ts';
import type { ProviderRefusal } from './providers.ts';
import type { ModelSpec, Provider } from './model-spec.ts';

/** What a session worker is started with. */
export type WorkerTask =
  | { readonly task: 'serve'; readonly spec: ModelSpec }
  | { readonly task: 'describe'; readonly path: string };

/** A letterboxed picture, and the size of what it shows. */
export interface SentPicture {
  readonly pixels: ArrayBuffer;
  readonly source: PictureSize;
}

/** What became of one picture, with its buffer. */
export interface SentAnswer {
  readonly pixels: ArrayBuffer;
  /** Undefined when there is no result. */
  readonly seen: InferenceOutput | undefined;
  readonly failure?: { readonly reason: 'inference_error' | 'bad_output'; readonly message: string };
  readonly decodeMs: number;
}

/** To the worker. All pictures go through one run; the buffers are transferred, and come back with the answer. */
export type ToWorker =
  | { readonly type: 'infer'; readonly pictures: readonly SentPicture[] }
  | { readonly type: 'close' };

export interface SessionFacts {
  readonly provider: Provider;
  /** Why no better provider was taken; empty when the best is in use. */
  readonly reason: string;
  /** The same, each with a code. */
  readonly refused: readonly ProviderRefusal[];
  /** Where it was meant to run. */
  readonly expected: Provider;
  /** It runs on less than where it was meant to run. */
  readonly fallback: boolean;
  readonly warmupMs: number;
  /** Most pictures that one run takes. */
  readonly batch: number;
}

/** From the worker. */
export type FromWorker =
  | { readonly type: 'ready'; readonly facts: SessionFacts }
  | { readonly type: 'described'; readonly io: ModelIo }
  | { readonly type: 'failed'; readonly code: InferenceErrorCode; readonly message: string; readonly advice: string }
  | {
      readonly type: 'answer';
      /** One per picture, in their order. */
      readonly answers: readonly SentAnswer[];
      readonly startedMs: number;
      readonly inferMs: number;
    };

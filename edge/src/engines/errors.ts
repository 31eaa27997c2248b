import { LinesideError, type Retry } from '@lineside/kit';

export const ENGINE_ERROR_CODES = [
  'trtexec_missing',
  'engine_build_failed',
  'engine_build_killed',
  'engine_build_memory',
  'engine_build_timeout',
  'engine_given_up',
  'engine_busy',
] as const;
export type EngineErrorCode = (typeof ENGINE_ERROR_CODES)[number];

export const ENGINE_ADVICE: Readonly<Record<EngineErrorCode, string>> = {
  trtexec_missing: 'Install it (on a Jetson: sudo apt install libnvinfer-bin), or set `inference.engines: off`.',
  engine_build_failed:
    'See the lines of trtexec above; an operator that TensorRT lacks keeps the model on CUDA. After a change: lineside model engines --retry.',
  engine_build_killed:
    'Most likely the kernel ended it for want of memory: add a swap file of 8 GB or more, stop other programs, then lineside model engines --retry.',
  engine_build_memory:
    'Raise `inference.buildMemoryLimit` if the machine has the memory, or add swap; then lineside model engines --retry.',
  engine_build_timeout: 'Raise `inference.buildTimeout`, or use a smaller model; then lineside model engines --retry.',
  engine_given_up: 'It failed more than once and is left alone. After a change: lineside model engines --retry.',
  engine_busy: 'Another engine is being built on this machine: wait for it, and see lineside model engines.',
};

const RETRY: Readonly<Partial<Record<EngineErrorCode, Retry>>> = { engine_busy: 'later', engine_build_killed: 'later' };

/** An engine that could not be built. The model runs on without it. */
export class EngineError extends LinesideError {
  override readonly name = 'EngineError';
  declare readonly code: EngineErrorCode;

  constructor(code: EngineErrorCode, message: string, cause?: unknown) {
    const facts = { code, message, advice: ENGINE_ADVICE[code], retry: RETRY[code] ?? 'never' };
    super({ ...facts, ...(cause === undefined ? {} : { cause }) });
  }
}

import { LinesideError, type Retry } from '@lineside/kit';

export const INFERENCE_ERROR_CODES = [
  'model_missing',
  'model_unreadable',
  'model_shape',
  'model_labels',
  'model_float16',
  'model_timeout',
  'model_hangs',
  'tfjs_missing',
  'inference_error',
  'deadline',
  'session_closed',
] as const;
export type InferenceErrorCode = (typeof INFERENCE_ERROR_CODES)[number];

export const INFERENCE_ADVICE: Readonly<Record<InferenceErrorCode, string>> = {
  model_missing: 'Check the path and the permissions of the file, or install the model again.',
  model_unreadable: 'The file is not a complete ONNX model. Copy it again and compare its sha256 with the manifest.',
  model_shape:
    'Import the file with `lineside model import FILE`, which recognises its family, or name its inputs and outputs in the manifest. An export must have a fixed input size.',
  model_labels: 'The labels must be those the model was trained with, one per class and in its order.',
  model_float16:
    'Import it with `lineside model import FILE`, which casts its inputs and outputs to float32; inside, it keeps half precision.',
  model_timeout: 'The model did not load in time. Check the memory and the load of the machine.',
  model_hangs:
    'Import the model again, or use another version. If it ran before, the accelerator may hang: restart the device. A change of the model or a restart of the service tries it at once.',
  tfjs_missing:
    'Convert the model to ONNX (tf2onnx), or install TensorFlow.js beside Lineside; the message names the packages.',
  inference_error:
    'Run `lineside doctor`; if the error remains, remove the model from the configuration and report it.',
  deadline: 'The model is too slow for this machine or its accelerator hangs. Use a smaller model or fewer cameras.',
  session_closed: 'Nothing to do: the model was being stopped.',
};

const RETRY: Readonly<Partial<Record<InferenceErrorCode, Retry>>> = {
  model_timeout: 'later',
  model_hangs: 'later',
  inference_error: 'later',
  deadline: 'now',
  session_closed: 'now',
};

/** A model that cannot be loaded or run. */
export class InferenceError extends LinesideError {
  override readonly name = 'InferenceError';
  declare readonly code: InferenceErrorCode;

  constructor(code: InferenceErrorCode, message: string, options: { advice?: string; cause?: unknown } = {}) {
    super({
      code,
      message,
      advice: options.advice ?? INFERENCE_ADVICE[code],
      retry: RETRY[code] ?? 'never',
      ...(options.cause === undefined ? {} : { cause: options.cause }),
    });
  }
}

export function isInferenceErrorCode(code: string): code is InferenceErrorCode {
  return INFERENCE_ERROR_CODES.some((known) => known === code);
}

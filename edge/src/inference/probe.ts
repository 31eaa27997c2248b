import { Worker } from 'node:worker_threads';
import type { Tensor } from 'onnxruntime-node';
import { entryBeside, messageOf } from '@lineside/kit';
import { InferenceError } from './errors.ts';

/** A tensor as a model takes or returns it. */
export interface ProbedTensor {
  readonly name: string;
  readonly type: Exclude<Tensor.Type, 'string'>;
  readonly shape: readonly number[];
  readonly data: Exclude<Tensor.DataType, string[]>;
}

/** The worker's task: one list of inputs per run. */
export interface ProbeTask {
  readonly path: string;
  readonly runs: readonly (readonly ProbedTensor[])[];
}

export type ProbeMessage =
  | { readonly type: 'outputs'; readonly outputs: readonly ProbedTensor[] }
  | { readonly type: 'failed'; readonly stage: 'load' | 'run'; readonly message: string };

/**
 * Every output of a model for each of the given inputs, not decoded, from the CPU provider on its own thread: what is
 * needed to check a model before anything is known about it.
 *
 * @throws InferenceError `model_unreadable` when it does not load, `inference_error` when it does not run,
 *   `model_timeout` when it does not answer in time.
 */
export async function probeModel(
  task: ProbeTask,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<readonly (readonly ProbedTensor[])[]> {
  signal.throwIfAborted();
  const entry = entryBeside(import.meta.url, 'probe-worker');
  const worker = new Worker(entry.path, { workerData: task, execArgv: [...entry.execArgv] });
  const stop = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
  const runs: (readonly ProbedTensor[])[] = [];
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      stop.removeEventListener('abort', onStop);
      act();
    };
    const onStop = (): void => {
      const late = new InferenceError('model_timeout', `no answer within ${deadlineMs} ms`);
      settle(() => reject(signal.aborted && signal.reason instanceof Error ? signal.reason : late));
      void worker.terminate();
    };
    stop.addEventListener('abort', onStop, { once: true });
    worker.on('message', (message: ProbeMessage) => {
      if (message.type === 'outputs') runs.push(message.outputs);
      else {
        const code = message.stage === 'load' ? 'model_unreadable' : 'inference_error';
        settle(() => reject(new InferenceError(code, message.message)));
      }
    });
    worker.once('error', (error) => settle(() => reject(new InferenceError('inference_error', messageOf(error)))));
    worker.once('exit', () => settle(() => resolve(runs)));
  });
}

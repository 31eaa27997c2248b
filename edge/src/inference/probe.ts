import { readFile } from 'node:fs/promises';
import type { Tensor } from 'onnxruntime-node';
import { entryBeside, exitText, SupervisedProcess } from '@lineside/kit';
import { InferenceError } from './errors.ts';

/** A tensor as a model takes or returns it. */
export interface ProbedTensor {
  readonly name: string;
  readonly type: Exclude<Tensor.Type, 'string'>;
  readonly shape: readonly number[];
  readonly data: Exclude<Tensor.DataType, string[]>;
}

/** The task of the process: one list of inputs per run. */
export interface ProbeTask {
  readonly path: string;
  readonly runs: readonly (readonly ProbedTensor[])[];
}

export type ProbeMessage =
  | { readonly type: 'outputs'; readonly outputs: readonly ProbedTensor[] }
  | { readonly type: 'failed'; readonly stage: 'load' | 'run'; readonly message: string };

/** A model may use this fraction of the memory that is free when it starts, and always so much. */
const MEMORY_FRACTION = 0.75;
const MEMORY_LEAST = 1024 ** 3;
const MEMORY_EVERY_MS = 250;
const PAGE_BYTES = 4096;

/**
 * Every output of a model for each of the given inputs, not decoded, from the CPU provider in a process of its own: what is
 * needed to check a model before anything is known about it. The process is killed when it takes too long or too much
 * memory, and when `signal` aborts: a native call cannot be interrupted otherwise.
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
  const entry = entryBeside(import.meta.url, 'probe-process');
  const runs: (readonly ProbedTensor[])[] = [];
  let failure: InferenceError | undefined;
  const fail = (code: 'model_unreadable' | 'inference_error' | 'model_timeout', message: string): void => {
    failure ??= new InferenceError(code, message);
  };
  await using child = new SupervisedProcess({
    command: process.execPath,
    args: [...entry.execArgv, entry.path],
    ...{ stdout: 'ignore', stderr: 'pipe', ipc: true },
    onMessage: (received) => {
      // Written by the program beside this file.
      const message = received as ProbeMessage;
      if (message.type === 'outputs') runs.push(message.outputs);
      else fail(message.stage === 'load' ? 'model_unreadable' : 'inference_error', message.message);
    },
  });
  const kill = (): void => void child.kill();
  const deadline = setTimeout(() => {
    fail('model_timeout', `no answer within ${deadlineMs} ms`);
    kill();
  }, deadlineMs);
  const limit = Math.max(MEMORY_LEAST, MEMORY_FRACTION * process.availableMemory());
  const watch = setInterval(() => {
    void memoryOf(child.pid).then((bytes) => {
      if (bytes <= limit || child.exit !== undefined) return;
      fail('inference_error', `it takes more than ${Math.round(limit / 1e6)} MB of memory`);
      kill();
    });
  }, MEMORY_EVERY_MS);
  signal.addEventListener('abort', kill, { once: true });
  try {
    child.send(task);
    const exit = await child.exited;
    signal.throwIfAborted();
    if (failure !== undefined) throw failure;
    if (runs.length < task.runs.length) {
      throw new InferenceError('inference_error', `the process that ran it ended early (${exitText(exit)})`);
    }
    return runs;
  } finally {
    clearTimeout(deadline);
    clearInterval(watch);
    signal.removeEventListener('abort', kill);
  }
}

/** Resident bytes of a process; 0 where that is unknown. */
async function memoryOf(pid: number | undefined): Promise<number> {
  const text = await readFile(`/proc/${pid ?? 0}/statm`, 'utf8').catch(() => '');
  return Number(text.split(' ')[1] ?? 0) * PAGE_BYTES;
}

import { type ChildProcess, fork } from 'node:child_process';
import { entryBeside, LinesideError } from '@lineside/kit';
import { BenchmarkError } from '../errors.ts';
import type { BenchAnswer, BenchFigures, BenchTask } from './bench-process.ts';

/** Measures in a process of its own. Throws LinesideError with what the process said. */
export async function benchmarkModel(task: BenchTask, signal: AbortSignal): Promise<BenchFigures> {
  const entry = entryBeside(import.meta.url, 'bench-process');
  const child = fork(entry.path, {
    execArgv: [...entry.execArgv],
    serialization: 'advanced',
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  const onAbort = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    child.send(task);
    const answer = await answerOf(child);
    signal.throwIfAborted();
    if (answer === undefined) {
      throw new BenchmarkError(
        'no_result',
        'the process that measures ended early',
        'look at what it printed, and at the memory',
      );
    }
    if ('error' in answer) throw new LinesideError(answer.error);
    return answer.figures;
  } finally {
    signal.removeEventListener('abort', onAbort);
    child.kill('SIGKILL');
  }
}

/** Undefined when the process ends without one. */
function answerOf(child: ChildProcess): Promise<BenchAnswer | undefined> {
  return new Promise((resolve) => {
    child.once('message', (answer: BenchAnswer) => resolve(answer));
    child.once('exit', () => resolve(undefined));
    child.once('error', () => resolve(undefined));
  });
}

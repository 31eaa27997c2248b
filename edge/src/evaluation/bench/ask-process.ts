import { entryBeside, exitText, LinesideError, SupervisedProcess } from '@lineside/kit';
import { BenchmarkError } from '../errors.ts';
import type { BenchAnswer, BenchFigures, BenchTask } from './bench-process.ts';

/** Measures in a process of its own. Throws LinesideError with what the process reported. */
export async function benchmarkModel(task: BenchTask, signal: AbortSignal): Promise<BenchFigures> {
  const entry = entryBeside(import.meta.url, 'bench-process');
  const answers: BenchAnswer[] = [];
  await using child = new SupervisedProcess({
    command: process.execPath,
    args: [...entry.execArgv, entry.path],
    // The standard output belongs to the command itself.
    ...{ stdout: 'stderr', stderr: 'stderr', ipc: true, signal },
    onMessage: (message) => {
      // Written by the program beside this file.
      answers.push(message as BenchAnswer);
    },
  });
  child.send(task);
  const exit = await child.exited;
  signal.throwIfAborted();
  const [answer] = answers;
  if (answer === undefined) {
    throw new BenchmarkError(
      'no_result',
      `the process that measures ended early (${exitText(exit)})`,
      'read what it printed, and check the free memory',
    );
  }
  if ('error' in answer) throw new LinesideError(answer.error);
  return answer.figures;
}

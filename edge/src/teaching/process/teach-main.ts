/**
 * The process of a teaching: collects the pieces that it is asked for, learns, and ends. It gives way to the line. What it has
 * collected is in the folder of the teaching, so that the next one goes on from there.
 */
import { setPriority } from 'node:os';
import { LinesideError, messageOf, systemClock } from '@lineside/kit';
import { teach } from '../index.ts';
import { collectPieces } from './collect.ts';
import type { TeachMessage, TeachOrder, TeachOutcome, ReportedFacts } from './order.ts';

const NICENESS = 10;
/** How long it may go on without anybody who waits for it: native code cannot be interrupted. */
const ORPHANED_MS = 5_000;

setPriority(NICENESS);
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
process.once('disconnect', () => {
  stop.abort();
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), ORPHANED_MS).unref();
});
const tell = (message: TeachMessage): void => void process.send?.(message);
const end = (message: TeachMessage): void => void process.send?.(message, () => process.exit());

process.once('message', (order: TeachOrder) => {
  carryOut(order).then(
    (outcome) => end({ outcome }),
    (error: unknown) => end({ error: factsOf(error) }),
  );
});

async function carryOut(order: TeachOrder): Promise<TeachOutcome> {
  const { signal } = stop;
  const { folder, unreadable } = await collectPieces(order, { signal, tell });
  if (order.strike !== undefined) {
    folder.strike(order.strike);
    await folder.save();
  }
  const { id, bundle, mads, state } = order;
  const begun = new Set<string>();
  const report = await teach({
    ...{ id, folder, bundle, mads, state, wallMs: systemClock.wallMs(), signal },
    onProgress: (step, done, total) => {
      if (!begun.has(step)) tell({ step, done: 0, total });
      begun.add(step);
      tell({ step, done, total });
    },
  });
  return { report, unreadable };
}

function factsOf(error: unknown): ReportedFacts {
  const { name } = error instanceof Error ? error : { name: 'Error' };
  const facts = { name, message: messageOf(error) };
  return error instanceof LinesideError ? { ...facts, code: error.code, advice: error.advice } : facts;
}

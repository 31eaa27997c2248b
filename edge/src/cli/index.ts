/**
 * The command line, one file per verb in `verbs/`: flags, one call, print. It is a client of the service's control
 * socket, or reads the files when the service is down. `bin/lineside.js` starts this file, so it loads little by itself;
 * a verb loads what it needs when it runs.
 */
import { systemClock } from '@lineside/kit';
import { processIo } from './io.ts';
import { runCommand } from './program.ts';
import { readVersion } from './version.ts';

/** They end in an order that loses nothing, however long that takes. */
const PATIENT = new Set(['run', 'replay']);
/** A command that waits for native code or for a program is ended after this time. */
const END_WITHIN_MS = 700;

const stop = new AbortController();
let signals = 0;
const onSignal = (signal: NodeJS.Signals): void => {
  signals += 1;
  // A second signal means that an orderly end takes too long.
  if (signals > 1) process.exit(130);
  stop.abort();
  if (process.argv.slice(2).some((word) => PATIENT.has(word))) return;
  setTimeout(() => {
    // Without its listener the signal ends the process at once, whatever its threads do.
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  }, END_WITHIN_MS).unref();
};
process.on('SIGINT', onSignal);
process.on('SIGTERM', onSignal);
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

process.exitCode = await runCommand(process.argv.slice(2), processIo(systemClock, stop.signal), readVersion());

// A model that hangs in native code cannot be ended and would keep the process for ever; everything is printed by now.
setTimeout(() => process.exit(), 5_000).unref();

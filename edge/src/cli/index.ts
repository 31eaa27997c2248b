/**
 * The command line, one file per verb: a thin client of the service's control socket, or of the files when the service
 * is down. This file is what `bin/lineside.js` starts.
 */
import { systemClock } from '@lineside/kit';
import { processIo } from './io.ts';
import { runCommand } from './program.ts';
import { readVersion } from './version.ts';

const stop = new AbortController();
let asked = 0;
const onSignal = (): void => {
  asked += 1;
  // Whoever asks twice does not want to wait for an orderly end.
  if (asked > 1) process.exit(130);
  stop.abort();
};
process.on('SIGINT', onSignal);
process.on('SIGTERM', onSignal);
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

process.exitCode = await runCommand(process.argv.slice(2), processIo(systemClock, stop.signal), readVersion());

// A model that hangs in native code cannot be ended and would keep the process for ever; by now all is said.
setTimeout(() => process.exit(), 5_000).unref();

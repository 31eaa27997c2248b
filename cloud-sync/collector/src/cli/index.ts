/**
 * The collector's command line, one file per verb in `verbs/`: flags, one call, print. `bin/lineside-collector.js` starts
 * this file, so it loads little by itself; a verb loads what it needs when it runs.
 */
import { printableLines } from '@lineside/kit';
import { runCommand } from './program.ts';
import { readVersion } from './version.ts';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader went away, as in `lineside-collector events list | head`.
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

// Names come from devices: nothing that is printed may act on a terminal.
const io = {
  out: (text: string): void => void process.stdout.write(`${printableLines(text)}\n`),
  err: (text: string): void => void process.stderr.write(`${printableLines(text)}\n`),
  env: process.env,
};
process.exitCode = await runCommand(process.argv.slice(2), io, readVersion());

/**
 * FFmpeg with a flaw, for the bench: `odd-ffmpeg.ts FLAW ARGUMENTS...`. SIGUSR1 makes the flaw happen where it is one
 * moment. It leaves FFmpeg's own descriptors as they are.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import process from 'node:process';

const FIRST_PIPE = 3;
const HALF = 100_000;
const [flaw = '', ...args] = process.argv.slice(2);

const pipes = args.flatMap((arg) => /^pipe:(\d+)$/.exec(arg)?.[1] ?? []).map(Number);
const ffmpeg = spawn('ffmpeg', args, { stdio: ['ignore', 'inherit', 'inherit', ...pipes] });
ffmpeg.on('exit', (code) => {
  if (flaw !== 'ignores-sigterm') process.exit(code ?? 1);
});

const moment: Readonly<Record<string, () => void>> = {
  'ignores-sigterm': () => ffmpeg.kill('SIGKILL'),
  'half-frame': () => {
    ffmpeg.kill('SIGKILL');
    writeSync(FIRST_PIPE, randomBytes(HALF));
    process.exit(0);
  },
};
process.on('SIGUSR1', () => moment[flaw]?.());
if (flaw === 'ignores-sigterm') {
  process.on('SIGTERM', () => undefined);
  setInterval(() => undefined, 60_000);
}
if (flaw === 'noise') setInterval(() => console.log(randomBytes(300).toString('latin1')), 20);

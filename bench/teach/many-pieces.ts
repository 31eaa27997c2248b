import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { TEACHING_ENVIRONMENT } from '../../edge/src/teaching/process/index.ts';
import type { Row } from '../report.ts';
import { twinPieces } from './twin-pieces.ts';

const PROGRAM = fileURLToPath(new URL('./teach-process.ts', import.meta.url));
/** Different bottles that are drawn; the others are these with other noise. */
const DRAWN = 40;

/** Teaches from so many image files in a process of its own, in the environment in which the service starts one. */
export async function teachManyRow(count: number, signal: AbortSignal): Promise<Row> {
  const dir = await mkdtemp(join(tmpdir(), 'lineside-teach-'));
  try {
    await writePieces(join(dir, 'good'), count);
    const text = await output([PROGRAM, join(dir, 'good'), join(dir, 'data')], signal);
    const { cpuS, peakMb } = JSON.parse(text) as { cpuS: number; peakMb: number };
    return { pieces: count, cpuS, peakMb };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function writePieces(dir: string, count: number): Promise<void> {
  const { mkdir } = await import('node:fs/promises');
  await mkdir(dir, { recursive: true });
  const { grid, good } = await twinPieces({ seed: 35, product: 'one', taught: DRAWN, unseen: 0 });
  for (let n = 0; n < count; n += 1) {
    const pixels = Uint8Array.from(
      good[n % good.length] ?? [],
      (value, at) => value + (((at * 7 + n * 13) % 5) - 2) * (value > 4 && value < 250 ? 1 : 0),
    );
    await sharp(pixels, { raw: { width: grid.width, height: grid.height, channels: 3 } })
      .jpeg({ quality: 92 })
      .toFile(join(dir, `${String(n).padStart(4, '0')}.jpg`));
  }
}

function output(args: readonly string[], signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--conditions=source', ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...TEACHING_ENVIRONMENT },
      signal,
    });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve(text) : reject(new Error(`teaching ended with ${code ?? 0}`))));
  });
}

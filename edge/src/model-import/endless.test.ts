import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { endlessModel } from '../../../tests/support/endless-model.ts';
import { startLineside } from '../../../tests/support/lineside.ts';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { waitFor } from '../../../tests/support/wait-for.ts';
import { type ProbedTensor, probeModel } from '../inference/index.ts';

const SIZE = 32;
/** Even a black image is brighter: no inference ends. */
const NEVER = -1;

/** Processes that `parent` started and whose command line contains `word`. */
function childrenOf(parent: number, word: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const [state, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        const line = readFileSync(`/proc/${name}/cmdline`, 'utf8');
        return Number(ppid) === parent && state !== 'Z' && line.includes(word) ? [Number(name)] : [];
      } catch (error) {
        // It has ended meanwhile.
        if (error instanceof Error && 'code' in error && ['ENOENT', 'ESRCH'].includes(String(error.code))) return [];
        throw error;
      }
    });
}

function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe('a model whose inference never ends', () => {
  const frame: ProbedTensor = {
    name: 'images',
    type: 'uint8',
    shape: [1, SIZE, SIZE, 3],
    data: new Uint8Array(SIZE * SIZE * 3),
  };

  it('is given up at its deadline, and its process is gone', async () => {
    await using dir = await tempDir();
    await writeFile(dir.join('m.onnx'), endlessModel(SIZE, NEVER));
    const task = { path: dir.join('m.onnx'), runs: [[frame]] };
    const answer = probeModel(task, 4_000, new AbortController().signal);
    const [pid = 0] = await waitFor('its process to start', () => {
      const found = childrenOf(process.pid, 'probe-process');
      return found.length > 0 ? found : undefined;
    });
    await expect(answer).rejects.toMatchObject({ code: 'model_timeout' });
    expect(isAlive(pid)).toBe(false);
  });

  it.each([
    [
      'an import',
      'probe-process',
      (file: string, dir: string) => ['model', 'import', file, '--id', 'm', '--out', `${dir}/b`],
    ],
    [
      'a detection',
      'predictor-process',
      (file: string, dir: string) => ['detect', '--model', file, '--labels', 'cap', `${dir}/a.ppm`],
    ],
  ] as const)('keeps %s running only until it is asked to end, and nothing is left', async (_what, word, args) => {
    await using dir = await tempDir();
    await writeFile(dir.join('m.onnx'), endlessModel(SIZE, NEVER));
    await writeFile(dir.join('a.ppm'), Buffer.concat([Buffer.from('P6 8 8 255\n'), Buffer.alloc(8 * 8 * 3, 90)]));
    await using command = await startLineside(args(dir.join('m.onnx'), dir.path));
    const [pid = 0] = await waitFor(
      'the process of the model to start',
      () => {
        const found = childrenOf(command.pid, word);
        return found.length > 0 ? found : undefined;
      },
      { withinMs: 60_000 },
    );
    command.kill('SIGTERM');
    const began = performance.now();
    await command.waitForExit(20_000);
    // It takes a second; a loaded machine gets some more.
    expect(performance.now() - began).toBeLessThan(5_000);
    await waitFor('the process of the model to be gone', () => !isAlive(pid), { withinMs: 20_000 });
  });
});

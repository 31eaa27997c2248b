import { getEventListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isAlive, waitUntilGone } from '../../../tests/support/processes.ts';
import { waitFor } from '../../../tests/support/wait-for.ts';
import { type ProcessOptions, SupervisedProcess, systemCode } from '../index.ts';

const script = (text: string, options: Partial<ProcessOptions> = {}): SupervisedProcess =>
  new SupervisedProcess({ command: 'sh', args: ['-c', text], stdout: 'pipe', ...options });

const node = (text: string, options: Partial<ProcessOptions> = {}): SupervisedProcess =>
  new SupervisedProcess({ command: process.execPath, args: ['-e', text], stdout: 'pipe', ...options });

const output = (child: SupervisedProcess, pattern: RegExp): Promise<RegExpMatchArray> =>
  waitFor(`the process to write ${String(pattern)}`, () => pattern.exec(child.stdout) ?? undefined);

describe('the exit of a process', () => {
  test('carries its code after all of its output has been read', async () => {
    const child = script('echo out; echo err >&2; exit 3');
    expect(await child.exited).toEqual({ code: 3, signal: null, forced: false });
    expect([child.stdout, child.stderr]).toEqual(['out\n', 'err\n']);
    expect(child.exit).toEqual({ code: 3, signal: null, forced: false });
  });

  test('is a rejection with the cause when the process cannot be started', async () => {
    const child = new SupervisedProcess({ command: '/nowhere/at-all' });
    expect(child.pid).toBeUndefined();
    expect(systemCode(await child.exited.catch((error: unknown) => error))).toBe('ENOENT');
    expect(await child.terminate()).toBe(false);
    await child.kill();
  });

  test('is not forced when a process ends at the moment it is asked to', async () => {
    const child = script('exit 0');
    await child.exited;
    expect(await child.terminate()).toBe(false);
    expect(child.exit).toEqual({ code: 0, signal: null, forced: false });
  });
});

describe('terminate', () => {
  test('asks with SIGTERM first, so that a process can end in order', async () => {
    const child = node('process.on("SIGTERM", () => process.exit(7)); setInterval(() => {}, 1000); console.log("up")');
    await output(child, /up/);
    expect(await child.terminate()).toBe(false);
    expect(await child.exited).toEqual({ code: 7, signal: null, forced: false });
  });

  test('kills a process that ignores SIGTERM, and reports that it was forced', async () => {
    const child = script('trap "" TERM; echo up; while :; do sleep 0.05; done');
    await output(child, /up/);
    const began = performance.now();
    expect(await child.terminate(200)).toBe(true);
    expect(performance.now() - began).toBeGreaterThanOrEqual(199);
    expect(await child.exited).toEqual({ code: null, signal: 'SIGKILL', forced: true });
  });

  test('kills a stopped process, which cannot answer SIGTERM', async () => {
    const child = script('echo up; exec sleep 60');
    await output(child, /up/);
    child.signal('SIGSTOP');
    const status = `/proc/${child.pid ?? 0}/status`;
    await waitFor('the process to be stopped', () => /^State:\s+T/m.test(readFileSync(status, 'utf8')));
    expect(await child.terminate(100)).toBe(true);
  });

  test('is one ladder, however often it is called', async () => {
    const child = script('trap "" TERM; echo up; while :; do sleep 0.05; done');
    await output(child, /up/);
    expect(await Promise.all([child.terminate(100), child.terminate(60_000)])).toEqual([true, true]);
  });

  test('can ask by closing the input', async () => {
    const child = script('trap "" TERM; echo up; cat >/dev/null; exit 4', {
      stdin: 'pipe',
      endRequest: 'end-of-input',
    });
    await output(child, /up/);
    expect(await child.terminate()).toBe(false);
    expect(child.exit?.code).toBe(4);
  });

  test('can ask by closing the IPC channel', async () => {
    const child = node(
      'process.on("disconnect", () => process.exit(5)); process.on("message", () => {}); console.log("up")',
      {
        ipc: true,
        endRequest: 'disconnect',
      },
    );
    await output(child, /up/);
    expect(await child.terminate()).toBe(false);
    expect(child.exit?.code).toBe(5);
  });
});

describe('the group of a process', () => {
  const family = 'trap "" TERM; (trap "" TERM; while :; do sleep 0.05; done) & echo "child $!"; ';

  test('dies with it when it has to be killed', async () => {
    const child = script(`${family} while :; do sleep 0.05; done`);
    const grandchild = Number((await output(child, /child (\d+)\n/))[1]);
    expect(isAlive(grandchild)).toBe(true);
    expect(await child.terminate(100)).toBe(true);
    await waitUntilGone(grandchild);
  });

  test('does not outlive it when it ends by itself', async () => {
    const child = script(`${family} exit 0`);
    const grandchild = Number((await output(child, /child (\d+)\n/))[1]);
    expect(await child.exited).toEqual({ code: 0, signal: null, forced: false });
    await waitUntilGone(grandchild);
  });

  test('of the parent is not signalled: only the process itself ends', async () => {
    const child = script('sleep 60 >/dev/null 2>&1 & echo "child $!"; wait', { group: 'parent' });
    const sibling = Number((await output(child, /child (\d+)\n/))[1]);
    expect(await child.terminate()).toBe(false);
    expect(isAlive(sibling)).toBe(true);
    process.kill(sibling, 'SIGKILL');
    await waitUntilGone(sibling);
  });
});

describe('the output of a process', () => {
  test('that floods its standard error is read all the time, and only its end is kept', async () => {
    const flood =
      'const line = "x".repeat(1023) + "\\n"; for (let n = 0; n < 20000; n++) require("fs").writeSync(2, line); require("fs").writeSync(2, "end")';
    const child = node(flood, { keepCharacters: 2_000 });
    expect((await child.exited).code).toBe(0);
    expect(child.stderr).toHaveLength(2_000);
    expect(child.stderr.endsWith('xxx\nend')).toBe(true);
  });

  test('is passed on line by line, with a last line that has no end', async () => {
    const lines: string[] = [];
    const child = script('printf "one\\r\\ntwo\\nthr"; sleep 0.05; printf ee', {
      onStdoutLine: (line) => lines.push(line),
    });
    await child.exited;
    expect(lines).toEqual(['one', 'two', 'three']);
  });

  test('on extra descriptors arrives there', async () => {
    const child = script('printf three >&3; printf four >&4', { extraPipes: 2 });
    const texts = ['', ''];
    for (const [index, pipe] of child.extraPipes.entries()) {
      pipe.on('data', (chunk: Buffer) => {
        texts[index] = `${texts[index] ?? ''}${chunk.toString()}`;
      });
    }
    await child.exited;
    expect(texts).toEqual(['three', 'four']);
  });

  test('that another process outside of the group holds open does not delay the exit for ever', async () => {
    const child = script('setsid sleep 60 & echo "child $!"; exit 0', { drainMs: 100 });
    const escaped = Number((await output(child, /child (\d+)\n/))[1]);
    expect((await child.exited).code).toBe(0);
    process.kill(escaped, 'SIGKILL');
    await waitUntilGone(escaped);
  });
});

test('messages travel in both directions with their types, and none is an error once the process has ended', async () => {
  const messages: unknown[] = [];
  const echo = 'process.on("message", (m) => { process.send(m); process.disconnect(); })';
  const child = node(echo, { ipc: true, onMessage: (message) => messages.push(message) });
  child.send({ pixels: new Uint8Array([1, 2]), at: new Date(5) });
  await child.exited;
  expect(messages).toEqual([{ pixels: new Uint8Array([1, 2]), at: new Date(5) }]);
  child.send({ late: true });
});

test('an abort signal ends the process and keeps no listener afterwards', async () => {
  const stop = new AbortController();
  const child = script('echo up; sleep 60', { signal: stop.signal });
  const other = script('exit 0', { signal: stop.signal });
  await other.exited;
  await waitFor(
    'the listener of the ended process to be gone',
    () => getEventListeners(stop.signal, 'abort').length === 1,
  );
  await output(child, /up/);
  stop.abort();
  expect(await child.exited).toEqual({ code: null, signal: 'SIGTERM', forced: false });
  await waitFor('no listener to be left', () => getEventListeners(stop.signal, 'abort').length === 0);
});

test('a signal that aborted before ends the process at once', async () => {
  const child = script('sleep 60', { signal: AbortSignal.abort() });
  expect((await child.exited).signal).toBe('SIGTERM');
});

test('the end of a scope ends the process', async () => {
  let pid: number | undefined;
  {
    await using child = script('echo up; sleep 60');
    await output(child, /up/);
    pid = child.pid;
  }
  expect(pid).toBeTypeOf('number');
  expect(isAlive(pid ?? 0)).toBe(false);
});

describe('the extra pipes of a process', () => {
  const sum = (bytes: Uint8Array): number => bytes.reduce((total, byte) => (total + byte) % 65_521, 0);

  test('give every byte once and in order to one callback, from a buffer that is used again', async () => {
    const got = [0, 1].map(() => ({ bytes: 0, sum: 0, buffers: new Set<ArrayBufferLike>() }));
    const child = node(
      `const { writeSync } = require('node:fs');
       for (let n = 0; n < 40; n++) {
         let bytes = Buffer.alloc(100_000, n);
         while (bytes.length > 0) {
           try { bytes = bytes.subarray(writeSync(3, bytes)); } catch (error) { if (error.code !== 'EAGAIN') throw error; }
         }
       }
       writeSync(4, 'end');`,
      {
        extraPipes: 2,
        onExtra: (pipe, bytes) => {
          const seen = got[pipe]!;
          seen.bytes += bytes.length;
          seen.sum = (seen.sum + sum(bytes)) % 65_521;
          seen.buffers.add(bytes.buffer);
        },
      },
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(got.map(({ bytes }) => bytes)).toEqual([0, 0]);
    for (const pipe of child.extraPipes) pipe.resume();
    expect(await child.exited).toMatchObject({ code: 0 });
    const expected = Array.from({ length: 40 }, (_, n) => n * 100_000).reduce((a, b) => (a + b) % 65_521, 0);
    expect(got.map(({ bytes, sum }) => [bytes, sum])).toEqual([
      [4_000_000, expected],
      [3, sum(Buffer.from('end'))],
    ]);
    expect(got[0]!.buffers.size).toBe(1);
  });

  test('make the process wait while they are paused, and are closed when they are destroyed', async () => {
    let read = 0;
    const child = script('exec cat /dev/zero >&3', {
      extraPipes: 1,
      onExtra: (_, { length }) => (read += length),
    });
    const [pipe] = child.extraPipes;
    pipe!.resume();
    await waitFor('bytes', () => read > 0);
    pipe!.pause();
    const before = read;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([read, child.exit]).toEqual([before, undefined]);
    pipe!.destroy();
    await child.exited;
    expect(read).toBe(before);
  });
});

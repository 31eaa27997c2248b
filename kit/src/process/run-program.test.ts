import { expect, test } from 'vitest';
import { ProgramError, runProgram, systemCode } from '../index.ts';

const shell = (text: string, options: { timeoutMs?: number; signal?: AbortSignal } = {}) =>
  runProgram('sh', ['-c', text], { timeoutMs: 30_000, ...options });

test('a program that ends with 0 yields its outputs', async () => {
  expect(await shell('echo out; echo err >&2')).toEqual({ stdout: 'out\n', stderr: 'err\n' });
});

test('a program that fails is an error with its last line and its outputs', async () => {
  const error = await shell('echo partial; echo first >&2; echo "no such camera" >&2; exit 3').catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ProgramError);
  expect(error).toMatchObject({
    message: 'sh: exit code 3: no such camera',
    exit: { code: 3 },
    output: { stdout: 'partial\n' },
  });
});

test('a program that takes too long is ended, also when it ignores SIGTERM', async () => {
  await expect(shell('trap "" TERM; while :; do sleep 0.05; done', { timeoutMs: 100 })).rejects.toThrow(
    /no answer in 0\.1 s/,
  );
});

test('an abort is thrown as the reason of the signal', async () => {
  const reason = new Error('the line stops');
  const stop = new AbortController();
  const ran = shell('sleep 60', { signal: stop.signal });
  stop.abort(reason);
  await expect(ran).rejects.toBe(reason);
  await expect(shell('true', { signal: stop.signal })).rejects.toBe(reason);
});

test('a program that does not exist is the error of the system', async () => {
  const error = await runProgram('/nowhere/at-all', [], { timeoutMs: 1_000 }).catch((thrown: unknown) => thrown);
  expect(systemCode(error)).toBe('ENOENT');
});

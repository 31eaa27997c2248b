import { expect, test } from 'vitest';
import { isAbort, LinesideError, messageOf, systemCode } from './index.ts';

test('a coded error carries code, advice, retry and cause', () => {
  const cause = new Error('EIO');
  const error = new LinesideError({ code: 'disk_failed', message: 'cannot write', advice: 'check the disk', cause });
  expect(error).toMatchObject({
    code: 'disk_failed',
    message: 'cannot write',
    advice: 'check the disk',
    retry: 'never',
  });
  expect(error.cause).toBe(cause);
  expect(error.name).toBe('LinesideError');
});

test('whatever was thrown has a message', () => {
  expect(messageOf(new Error('full'))).toBe('full');
  expect(messageOf('text')).toBe('text');
  expect(messageOf(undefined)).toBe('undefined');
});

test('only a code that is a text counts as the code of the system', () => {
  expect(systemCode(Object.assign(new Error('x'), { code: 'ENOENT' }))).toBe('ENOENT');
  expect(systemCode({ code: 7 })).toBeUndefined();
  expect(systemCode(null)).toBeUndefined();
});

test('an abort is recognised by the name of the error', () => {
  expect(isAbort(new DOMException('stop', 'AbortError'))).toBe(true);
  expect(isAbort(new DOMException('late', 'TimeoutError'))).toBe(false);
  expect(isAbort('AbortError')).toBe(false);
});

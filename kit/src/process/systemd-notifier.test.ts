import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { waitFor } from '../../../tests/support/wait-for.ts';
import { silentLogger, systemClock, SystemdNotifier } from '../index.ts';

/** A `systemd-notify` that writes its arguments to a file. */
function notifyProgram(dir: TempDir): { path: string; calls: () => string[] } {
  const file = dir.join('calls');
  writeFileSync(dir.join('systemd-notify'), `#!/bin/sh\necho "$*" >> ${file}\n`);
  chmodSync(dir.join('systemd-notify'), 0o755);
  const calls = (): string[] => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []);
  return { path: `${dir.path}:${process.env['PATH'] ?? ''}`, calls };
}

test('systemd learns that the service is ready, alive while it makes progress, and stopping', async () => {
  await using dir = await tempDir();
  const { path, calls } = notifyProgram(dir);
  let progressing = true;
  const systemd = new SystemdNotifier({
    env: { PATH: path, NOTIFY_SOCKET: '/run/none', WATCHDOG_USEC: '60000' },
    clock: systemClock,
    log: silentLogger,
    progressing: () => progressing,
    statusText: () => 'two devices',
  });
  await systemd.ready();
  expect(calls()).toEqual(['--status=two devices READY=1']);
  const stop = new AbortController();
  const run = systemd.run(stop.signal);
  await waitFor('the watchdog to be fed', () => calls().some((line) => line.endsWith('WATCHDOG=1')));
  progressing = false;
  await systemClock.sleep(100);
  const fed = calls().length;
  await systemClock.sleep(200);
  expect(calls()).toHaveLength(fed);
  stop.abort();
  await run;
  expect(calls().at(-1)).toBe('--status=two devices STOPPING=1');
});

test('outside systemd no program is started', async () => {
  await using dir = await tempDir();
  const { path, calls } = notifyProgram(dir);
  const systemd = new SystemdNotifier({
    env: { PATH: path },
    clock: systemClock,
    log: silentLogger,
    progressing: () => true,
    statusText: () => '',
  });
  await systemd.ready();
  const stop = new AbortController();
  const run = systemd.run(stop.signal);
  stop.abort();
  await run;
  expect(calls()).toEqual([]);
});

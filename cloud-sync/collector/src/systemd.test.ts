import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { waitFor } from '../../../tests/support/wait-for.ts';
import { systemClock } from './clock.ts';
import { silentLogger } from './logger.ts';
import { Systemd } from './systemd.ts';

it('tells systemd that it is ready, alive only while it makes progress, and stopping', async () => {
  await using dir = await tempDir();
  const said = dir.join('said');
  writeFileSync(dir.join('systemd-notify'), `#!/bin/sh\necho "$*" >> ${said}\n`);
  chmodSync(dir.join('systemd-notify'), 0o755);
  const words = (): string[] => (existsSync(said) ? readFileSync(said, 'utf8').trim().split('\n') : []);
  let progressing = true;
  const systemd = new Systemd({
    env: { PATH: `${dir.path}:${process.env['PATH'] ?? ''}`, NOTIFY_SOCKET: '/run/none', WATCHDOG_USEC: '60000' },
    clock: systemClock,
    log: silentLogger,
    progressing: () => progressing,
    status: () => 'two devices',
  });
  await systemd.ready();
  expect(words()).toEqual(['--status=two devices READY=1']);
  const stop = new AbortController();
  const run = systemd.run(stop.signal);
  await waitFor('the watchdog to be fed', () => words().some((line) => line.endsWith('WATCHDOG=1')));
  progressing = false;
  await systemClock.sleep(100);
  const fed = words().length;
  await systemClock.sleep(200);
  expect(words()).toHaveLength(fed);
  stop.abort();
  await run;
  expect(words().at(-1)).toBe('--status=two devices STOPPING=1');
});

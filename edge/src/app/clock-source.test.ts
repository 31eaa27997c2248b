import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { HandClock } from '../../../tests/support/test-journal.ts';
import { waitFor } from '../../../tests/support/wait-for.ts';
import { ClockSource } from './clock-source.ts';

let folder: TempDir;
beforeEach(async () => {
  folder = await tempDir();
});
afterEach(() => folder[Symbol.asyncDispose]());

const answering = (text: string): string => {
  const command = join(folder.path, 'timedatectl');
  writeFileSync(command, `#!/bin/sh\n${text}\n`);
  chmodSync(command, 0o755);
  return command;
};

test('the marker of systemd-timesyncd says so at once', () => {
  const marker = join(folder.path, 'synchronized');
  const source = new ClockSource(new HandClock(), marker, answering('echo no'));
  expect(source.synced()).toBe(false);
  writeFileSync(marker, '');
  expect(source.synced()).toBe(true);
});

test('without it the kernel is asked, for other time daemons, and again after a while', async () => {
  const clock = new HandClock();
  const source = new ClockSource(clock, join(folder.path, 'none'), answering('echo yes'));
  expect(source.synced()).toBe(false);
  await waitFor('the answer', () => source.synced() || undefined);
  answering('echo no');
  clock.advance(61_000);
  await waitFor('the other answer', () => (source.synced() ? undefined : true));
});

test('a machine that cannot tell is not synchronised', async () => {
  const source = new ClockSource(new HandClock(), join(folder.path, 'none'), join(folder.path, 'no-such-command'));
  expect(source.synced()).toBe(false);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(source.synced()).toBe(false);
});

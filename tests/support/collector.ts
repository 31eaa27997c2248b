import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { silentLogger, systemClock } from '@lineside/kit';
import {
  type RuntimeInfo,
  hashPassword,
  loadConfig,
  makePassword,
  runCollector,
  SqliteStore,
} from '../../cloud-sync/collector/src/index.ts';
import { runCommand } from '../../cloud-sync/collector/src/cli/program.ts';
import { FROM_SOURCE, NODE, runProcess, startProcess, type TestProcess } from './processes.ts';

const CLI = fileURLToPath(new URL('../../cloud-sync/collector/src/cli/index.ts', import.meta.url));

/** A collector in this process with its own Mosquitto, on free ports of the loopback. */
export interface RunningCollector extends AsyncDisposable {
  readonly at: RuntimeInfo;
  stop(): Promise<void>;
}

/** Makes a credential straight in the store, as `device add` does; returns the password. */
export async function addDevice(data: string, device: string): Promise<string> {
  const password = makePassword();
  const store = SqliteStore.open(data);
  try {
    await store.credentials.save({ device, hash: await hashPassword(password), createdAtMs: 0 });
  } finally {
    await store.close();
  }
  return password;
}

/** YAML for free ports and quick gaps; `more` is appended. */
export function collectorYaml(more = ''): string {
  return `mqtt: {listen: "127.0.0.1:0"}\ningest: {reorderTimeout: 200ms}\nlog: {level: silent}\n${more}`;
}

export async function startCollector(configFile: string, data: string): Promise<RunningCollector> {
  const stop = new AbortController();
  const config = loadConfig({ file: configFile, data, env: process.env });
  const { promise, resolve, reject } = Promise.withResolvers<RuntimeInfo>();
  const run = runCollector(
    { config, clock: systemClock, log: silentLogger, env: process.env, random: Math.random, onReady: resolve },
    stop.signal,
  );
  run.catch(reject);
  const end = async (): Promise<void> => {
    stop.abort();
    await run;
  };
  return { at: await promise, stop: end, [Symbol.asyncDispose]: end };
}

/** The collector as a process of its own; `at` is what it printed when it was ready. */
export async function spawnCollector(
  configFile: string,
  data: string,
): Promise<{ readonly process: TestProcess; readonly at: RuntimeInfo }> {
  const args = [...FROM_SOURCE, CLI, 'run', '--json', '--config', configFile, '--data', data];
  const child = await startProcess(NODE, args);
  const [line] = await child.waitForLine(/^\{"ready":true.*\}$/);
  return { process: child, at: JSON.parse(line) as RuntimeInfo };
}

/** Runs a command of the collector to its end. */
export async function collectorCommand(...args: readonly string[]) {
  return runProcess(NODE, [...FROM_SOURCE, CLI, ...args]);
}

/** The same in this process: much cheaper, where nothing depends on a process of its own. */
export async function collectorHere(...args: readonly string[]) {
  const output = { stdout: '', stderr: '' };
  const io = {
    out: (text: string): void => void (output.stdout += `${text}\n`),
    err: (text: string): void => void (output.stderr += `${text}\n`),
    env: process.env,
  };
  return { code: await runCommand(args, io, 'test'), ...output };
}

/** Path of the managed broker's files. */
export function brokerFile(data: string, name: string): string {
  return join(data, 'broker', name);
}

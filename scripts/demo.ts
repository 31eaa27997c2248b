/**
 * All of Lineside on a simulated line. `scripts/demo` installs and builds, then starts this.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Accounts, complaints, settleAccounts, Stopped } from './demonstration/accounts.ts';
import { announceEvents } from './demonstration/announce.ts';
import { type DemoOptions, parseDemoOptions } from './demonstration/options.ts';
import { listenForKeys, unplugHint } from './demonstration/cables.ts';
import { DEVICE, type Rejects, SimulatedLine } from './demonstration/simulated-line.ts';
import { DemoUpdates, updatesText } from './demonstration/updates.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

/** Runs until the time is over, Ctrl-C, or a part falls; then settles. Gives the exit status. */
async function demonstrate(options: DemoOptions, stop: AbortSignal): Promise<number> {
  mkdirSync(options.dataDir, { recursive: true });
  const line: SimulatedLine = new SimulatedLine({
    ...{ root: ROOT, dataDir: options.dataDir, say },
    ...(options.update
      ? { moreConfig: async () => updates.prepare().then(() => updatesText(updates.rootFile, DEVICE)) }
      : {}),
  });
  const updates = new DemoUpdates({
    ...{ root: ROOT, dataDir: options.dataDir, collectorData: line.collectorData, configPath: line.configPath },
    ...{ device: DEVICE, say, collectorUrl: () => line.collectorUrl },
  });
  const startedMs = Date.now();
  try {
    await line.start();
    say(`\n  status page of the appliance   ${line.pageUrl}\n  page of the collector          ${line.collectorUrl}/\n`);
    say(`${unplugHint(line, process.stdin.isTTY)}\n`);
    say(options.seconds === undefined ? 'Events (Ctrl-C ends the demo):' : `Events of the next ${options.seconds} s:`);
    await watch(line, options.seconds, startedMs, stop, options.update ? updates : undefined);
    say('\nstopping the appliance and settling the accounts');
    const accounts = await settle(line, startedMs);
    return conclude({ ...accounts, rejects: line.rejects }, options);
  } finally {
    await line.stop();
  }
}

async function watch(
  line: SimulatedLine,
  seconds: number | undefined,
  startedMs: number,
  stop: AbortSignal,
  updates: DemoUpdates | undefined,
): Promise<void> {
  const done = new AbortController();
  const until = AbortSignal.any([stop, done.signal]);
  const announcing = announceEvents(line.pageUrl, startedMs, say, until);
  const updating = updates?.run(until).catch((error: unknown) => {
    say(`  update: ${error instanceof Error ? error.message : String(error)}`);
  });
  const endMs = seconds === undefined ? Number.POSITIVE_INFINITY : Date.now() + seconds * 1000;
  using keys = new DisposableStack();
  keys.use(listenForKeys(process.stdin, line, say));
  while (!stop.aborted && Date.now() < endMs && line.fallen === undefined) {
    await line.restoreCameras(Date.now());
    await delay(200);
  }
  done.abort();
  await announcing;
  await updating;
  if (line.fallen !== undefined) {
    throw new Error(`${line.fallen.name} ended by itself; its log is ${line.logPath(line.fallen.name)}`);
  }
}

/** Ends the appliance, which hands over what it holds, and reads both sides' books. */
async function settle(line: SimulatedLine, sinceMs: number): Promise<Accounts> {
  const { edge } = line;
  if (edge === undefined) throw new Error('the appliance was not started');
  await edge.stop(20_000);
  const stopped = Stopped.parse(await edge.line((candidate) => candidate['stopped'] === true, 1_000));
  const journalPath = join(line.edgeData, 'journal.db');
  return settleAccounts({ journalPath, collectorUrl: line.collectorUrl, device: DEVICE, stopped, sinceMs });
}

function conclude(accounts: Accounts & { readonly rejects: Rejects }, { json, update }: DemoOptions): number {
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(accounts, null, 2)}\n`);
  for (const camera of accounts.cameras) {
    say(
      `  ${camera.id.padEnd(8)} offered ${camera.offered}, inspected ${camera.inspected}, skipped ${JSON.stringify(camera.skipped)}, failed ${JSON.stringify(camera.failed)}`,
    );
  }
  for (const [id, model] of Object.entries(accounts.models))
    say(`  ${id.padEnd(10)} ${model.results} results on ${model.provider}`);
  say(`  events ${JSON.stringify(accounts.events)}`);
  say(`  rejects ${JSON.stringify(accounts.rejects)}`);
  if (accounts.codes !== undefined) say(`  codes of packs ${JSON.stringify(accounts.codes)}`);
  say(
    `  journal ${accounts.journal}, committed ${accounts.committed}, queued ${accounts.queued}, declared lost ${accounts.declaredLost}, unexplained ${accounts.unexplained}`,
  );
  if (update) say(`  updates applied ${accounts.updates.applied}, taken back ${accounts.updates.rolledBack}`);
  const missing = update && accounts.updates.applied < 2 ? ['not both updates were applied'] : [];
  const wrong = [...complaints(accounts), ...missing];
  for (const complaint of wrong) say(`Error: ${complaint}`);
  if (wrong.length > 0) say('Try: a longer --seconds, and the logs in the data folder');
  return wrong.length === 0 ? 0 : 1;
}

function main(): void {
  let options: DemoOptions;
  try {
    options = parseDemoOptions(process.argv.slice(2), ROOT);
  } catch (error) {
    say(`Error: ${error instanceof Error ? error.message : String(error)}\nTry: scripts/demo --help`);
    process.exitCode = 2;
    return;
  }
  if (!existsSync(join(ROOT, 'edge/dist/cli/index.js'))) {
    say('Error: the project is not built\nTry: npm run build');
    process.exitCode = 3;
    return;
  }
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  demonstrate(options, stop.signal).then(
    (status) => {
      process.exitCode = status;
    },
    (error: unknown) => {
      say(`Error: ${error instanceof Error ? error.message : String(error)}\nTry: the logs in ${options.dataDir}`);
      process.exitCode = 3;
    },
  );
}

main();

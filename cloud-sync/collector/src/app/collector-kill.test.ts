import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CollectorDevice } from '../../../../tests/support/collector-device.ts';
import { addDevice, brokerFile, collectorYaml, spawnCollector } from '../../../../tests/support/collector.ts';
import { freePort } from '../../../../tests/support/free-port.ts';
import { JournalTwin } from '../../../../tests/support/journal-twin.ts';
import { descendantsOf, isAlive, waitUntilGone } from '../../../../tests/support/processes.ts';
import { tempDir, type TempDir } from '../../../../tests/support/temp-dir.ts';
import { waitFor } from '../../../../tests/support/wait-for.ts';
import { verifyChains, type Finding } from '../records/index.ts';
import { SqliteStore } from '../store/index.ts';

const KILLS = 5;
const BATCH = 20;

let dir: TempDir;
let data: string;
let config: string;
let password: string;

beforeEach(async () => {
  dir = await tempDir('collector-kill-');
  data = dir.join('data');
  config = dir.join('collector.yaml');
  const port = await freePort();
  writeFileSync(config, collectorYaml('http: {listen: "127.0.0.1:0"}\n').replace(':0"}\ningest', `:${port}"}\ningest`));
  password = await addDevice(data, 'line-1');
});

afterEach(async () => {
  await dir[Symbol.asyncDispose]();
});

function brokerPid(): number {
  return Number(readFileSync(brokerFile(data, 'mosquitto.pid'), 'utf8'));
}

/** Sends from the lowest number that is not acked, a window of batches, again and again, as an appliance does. */
async function pump(device: CollectorDevice, journal: JournalTwin, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    const acked = ackedUpTo(device);
    if (acked + BATCH * 4 > journal.records.length) journal.appendEvents(BATCH);
    for (let from = acked + 1; from <= journal.records.length && from <= acked + BATCH * 4; from += BATCH) {
      // A publish that never returns because the broker died is given up; the acks alone say what is stored.
      void device.send(journal.batch(from, Math.min(from + BATCH - 1, journal.records.length))).catch(() => undefined);
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

function ackedUpTo(device: CollectorDevice): number {
  return device.acks.reduce((highest, { upto }) => Math.max(highest, upto), 0);
}

describe('kill -9 of the collector', () => {
  it('loses nothing that was acknowledged, and leaves no broker behind', async () => {
    const journal = new JournalTwin('line-1').appendEvents(BATCH);
    const stop = new AbortController();
    let device: CollectorDevice | undefined;
    let pumping: Promise<void> | undefined;
    const promised: number[] = [];
    for (let kill = 0; kill <= KILLS; kill += 1) {
      const collector = await spawnCollector(config, data);
      const pid = brokerPid();
      device ??= await CollectorDevice.connect('line-1', collector.at.mqtt, password);
      pumping ??= pump(device, journal, stop.signal);
      const before = ackedUpTo(device);
      const connected = device;
      await waitFor('acks to go on', () => ackedUpTo(connected) >= before + BATCH * (2 + 3 * kill));
      await collector.process.killHard();
      promised.push(ackedUpTo(device));
      await waitUntilGone(pid);
    }
    stop.abort();
    await pumping;
    await device?.close();
    const store = SqliteStore.open(data);
    const findings: Finding[] = [];
    for await (const finding of verifyChains(store.chains)) findings.push(finding);
    const [row] = await store.records.streams();
    await store.close();
    expect(findings).toEqual([]);
    expect(promised.at(-1)).toBeGreaterThan(BATCH * KILLS);
    expect(row?.upto).toBeGreaterThanOrEqual(Math.max(...promised));
    expect(row).toMatchObject({ stored: row?.upto, missing: 0, declaredLost: 0 });
    expect(row?.head).toBe(journal.heads[row?.upto ?? 0]);
  });

  it('ends a broker that was left running, at the next start', async () => {
    const first = await spawnCollector(config, data);
    const orphan = brokerPid();
    const status = readFileSync(`/proc/${orphan}/status`, 'utf8');
    const guard = Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]);
    process.kill(first.process.pid, 'SIGSTOP');
    for (const pid of descendantsOf(guard)) if (pid !== orphan) process.kill(pid, 'SIGKILL');
    process.kill(guard, 'SIGKILL');
    await first.process.killHard();
    expect(isAlive(orphan)).toBe(true);
    const second = await spawnCollector(config, data);
    expect(isAlive(orphan)).toBe(false);
    second.process.kill('SIGTERM');
    expect(await second.process.waitForExit()).toEqual({ code: 0, signal: null });
    await waitUntilGone(brokerPid());
  });
});

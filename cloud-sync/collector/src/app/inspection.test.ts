import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  addDevice,
  collectorCommand,
  collectorYaml,
  type RunningCollector,
  startCollector,
} from '../../../../tests/support/collector.ts';
import { CollectorDevice } from '../../../../tests/support/collector-device.ts';
import { counterBody, JournalTwin } from '../../../../tests/support/journal-twin.ts';
import { type TempDir, tempDir } from '../../../../tests/support/temp-dir.ts';

const MINUTE = 60_000;
const EPOCH = '0'.repeat(16);

let dir: TempDir;
let data: string;
let collector: RunningCollector;
let device: CollectorDevice;
let telemetry: JournalTwin;
let startMs: number;

/** Writes the counters of camera `belt` at a minute after the start and waits until they are stored. */
async function count(minute: number, inspected: number, state = 'streaming'): Promise<void> {
  const counters = { offered: inspected, inspected, skipped: {}, failed: {} };
  const { s } = telemetry.append('counters', counterBody({ counters, state }), startMs + minute * MINUTE, {
    monoMs: minute * MINUTE,
  });
  await device.send(telemetry.batch(s, s));
  await device.acked(({ upto }) => upto >= s);
}

async function json<T>(path: string): Promise<T> {
  return (await (await fetch(`${collector.at.http}${path}`)).json()) as T;
}

async function status(): Promise<{ readonly code: number | null; readonly out: string }> {
  const { code, stdout } = await collectorCommand('status', '--data', data);
  return { code, out: stdout };
}

beforeAll(async () => {
  dir = await tempDir('collector-inspection-');
  data = dir.join('data');
  const config = dir.join('collector.yaml');
  writeFileSync(config, collectorYaml('http: {listen: "127.0.0.1:0"}\n'));
  const password = await addDevice(data, 'line-1');
  collector = await startCollector(config, data);
  device = await CollectorDevice.connect('line-1', collector.at.mqtt, password);
  await device.birth();
  telemetry = new JournalTwin('line-1', 'telemetry', EPOCH);
  startMs = Math.floor(Date.now() / MINUTE) * MINUTE - 10 * MINUTE;
  for (const minute of [0, 1, 2, 3, 4]) await count(minute, minute * 600);
  for (const minute of [4.5, 5.5, 6.5, 7.5, 8.5, 9.5]) await count(minute, 2700, 'failed:refused');
});
afterAll(async () => {
  await device.close();
  await collector.stop();
  await dir[Symbol.asyncDispose]();
});

interface Camera {
  readonly camera: string;
  readonly inspecting: string;
  readonly reason: string | null;
  readonly reasonText: string | null;
}

it('says of a line that is not inspected so, with the reason, in API, metrics and status', async () => {
  const { items } = await json<{ items: { inspecting: string; inspection: Camera[] }[] }>('/api/v1/devices');
  const reason = 'the camera refuses the connection';
  expect(items).toMatchObject([
    {
      inspecting: 'not_inspecting',
      inspection: [{ camera: 'belt', inspecting: 'not_inspecting', reason: 'camera_refused', reasonText: reason }],
    },
  ]);
  const metrics = await (await fetch(`${collector.at.http}/metrics`)).text();
  const series = (state: string): string =>
    `lineside_collector_inspecting{device="line-1",camera="belt",model="ppe",state="${state}"}`;
  expect(metrics).toContain(`${series('not_inspecting')} 1\n`);
  expect(metrics).toContain(`${series('inspecting')} 0\n`);
  const { code, out } = await status();
  expect(out).toMatch(/line-1 +belt +ppe +NOT INSPECTING +the camera refuses the connection/);
  expect(code).toBe(4);
});

it('answers whether the check was running at a time, with the reason when it was not', async () => {
  interface Answer {
    readonly items: { readonly inspectedFraction: number; readonly periods: object[]; readonly parts: object[] }[];
  }
  const at = (minute: number) => new Date(startMs + minute * MINUTE).toISOString();
  const during = async (from: number, to: number) =>
    json<Answer>(`/api/v1/coverage?device=line-1&camera=belt&from=${at(from)}&to=${at(to)}&by=minute`);
  expect((await during(2, 3)).items).toMatchObject([{ inspectedFraction: 1, periods: [] }]);
  expect((await during(6, 7)).items).toMatchObject([
    { inspectedFraction: 0, periods: [{ state: 'blind', reason: 'camera_refused' }] },
  ]);
  const whole = await during(0, 9);
  expect(whole.items).toMatchObject([{ inspectedFraction: 0.5, periods: [{ fromAtMs: startMs + 4.5 * MINUTE }] }]);
  expect(whole.items[0]?.parts).toHaveLength(9);
  expect((await json<Answer>('/api/v1/coverage?device=line-2')).items).toEqual([]);
});

it('answers the same by one command, with the fraction and the reason as a sentence and an exit code for scripts', async () => {
  const at = (minute: number) => new Date(startMs + minute * MINUTE).toISOString();
  const asked = async (...words: readonly string[]) =>
    collectorCommand('coverage', '--data', data, '--device', 'line-1', ...words);
  const good = await asked('--at', at(2.5));
  expect(good.stdout).toMatch(/belt\n.* UTC: 100 % inspected\n/);
  expect(good.code).toBe(0);
  const bad = await asked('--at', at(7));
  expect(bad.stdout).toContain('0 % inspected; 1 min not inspected: the camera refuses the connection');
  expect(bad.code).toBe(4);
  const shifts = await asked('--by', 'shift', '--json');
  expect(JSON.parse(shifts.stdout)).toMatchObject({
    devices: [{ device: 'line-1', timeZone: 'UTC', by: 'shift', cameras: [{ camera: 'belt' }] }],
  });
  expect((await asked('--at', 'noon')).code).toBe(2);
});

it('says that the line is inspected again when it is, and that nobody knows when the device is gone', async () => {
  await count(9.7, 2700);
  await count(9.9, 2820);
  const state = async () =>
    (await json<{ items: { inspecting: string; inspection: Camera[] }[] }>('/api/v1/devices')).items[0]?.inspecting;
  expect(await state()).toBe('inspecting');
  expect((await status()).code).toBe(0);
  device.client.stream.destroy();
  await device.close();
  await expect.poll(state, { timeout: 120_000 }).toBe('unknown');
});

import { fileURLToPath } from 'node:url';
import { silentLogger, systemClock } from '@lineside/kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type OutputPlan, OutputsProcess } from '../../edge/src/plant/index.ts';
import type { Failure, HandshakeCounts } from '../../edge/src/plant/output/index.ts';
import { freePort } from '../support/free-port.ts';
import { runProcess, startProcess, type TestProcess } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';

/** Debian's, for its python3-pymodbus. */
const PYTHON = '/usr/bin/python3';
const CONTROLLERS = fileURLToPath(new URL('../support/pymodbus-controllers.py', import.meta.url));
/** In which they read their results from the server. */
const READS = 4;
const TYPED = 5;
const LONG_MS = 60_000;
const LATE_S = 3;
/** A result is given up in the middle of the time that a late controller takes, so that it acknowledges while the next one is shown. */
const SHORT_MS = 2_000;

const Ports = z.record(z.string(), z.number());
const Seen = z.object({
  ...{ controller: z.string(), number: z.number(), result: z.number(), reason: z.number(), kept: z.boolean() },
});

const resources = new AsyncDisposableStack();
const failures: { readonly output: string; readonly failure: Failure }[] = [];
let controllers: TestProcess;
let ports: Readonly<Record<string, number>>;
let served: number;
let outputs: OutputsProcess;

beforeAll(async () => {
  served = await freePort();
  const names = ['prompt', 'twice', `late:${LATE_S}`, 'never', `read:${served}:${READS}`];
  controllers = resources.use(await startProcess(PYTHON, [CONTROLLERS, ...names]));
  ports = Ports.parse(JSON.parse((await controllers.waitForLine(/^\{"prompt".*\}$/))[0]));
  const written = { results: 'holding:100', acknowledgePoint: 'holding:120' };
  const plans = [
    planOf('prompt', 'prompt', LONG_MS, written),
    planOf('twice', 'twice', LONG_MS, written),
    planOf('late', `late:${LATE_S}`, SHORT_MS, written),
    planOf('never', 'never', SHORT_MS, written),
    planOf('reads', 'prompt', LONG_MS),
    planOf('typed', 'prompt', LONG_MS),
  ];
  outputs = new OutputsProcess({
    plans: () => plans,
    servers: [{ url: `modbus+tcp://127.0.0.1:${served}`, allow: [] }],
    inspecting: () => plans.map(({ id }) => id),
    onFailure: (output, failure) => void failures.push({ output, failure }),
    ...{ onDown: () => undefined, clock: systemClock, log: silentLogger },
  });
  const stop = new AbortController();
  const running = outputs.run(stop.signal);
  resources.defer(() => {
    stop.abort();
    return running;
  });
  await waitFor('all to be READY', () => plans.every(({ id }) => stateOf(id)?.readiness === 'ready'), {
    withinMs: 60_000,
  });
});

afterAll(() => resources.disposeAsync());

/** An output at the controller of this name whose products never arrive: only their results matter here. */
function planOf(id: string, controller: string, timeoutMs: number, more: Partial<OutputPlan> = {}): OutputPlan {
  const url = `modbus+tcp://127.0.0.1:${ports[controller]}`;
  return {
    ...{ id, url, shown: url, reject: undefined, results: undefined, armed: true, distance: 3_600_000 },
    ...{ encoder: undefined, encoderPoint: undefined, encoderEveryMs: 0, heartbeatMs: 100, silentMs: 10_000 },
    ...{ pulseMs: 60, toleranceMs: 60, onMissing: 'pass', acknowledge: { timeoutMs }, acknowledgePoint: undefined },
    ...more,
  };
}

const stateOf = (id: string): OutputsProcess['states'][number] | undefined =>
  outputs.states.find((state) => state.id === id);

/** Every second product is defective. */
function give(output: string, count: number): void {
  for (let piece = 1; piece <= count; piece += 1) {
    outputs.piece(output, { piece, track: piece, capturedAtMs: systemClock.monoMs() });
    const isBad = piece % 2 === 0;
    outputs.verdict(output, piece, { result: isBad ? 'nok' : 'ok', reason: isBad ? 'defect' : 'none' });
  }
}

const accounted = (output: string, counts: HandshakeCounts): Promise<unknown> =>
  waitFor(
    `results of ${output} to be accounted for`,
    () => {
      expect(stateOf(output)?.handshake).toEqual(counts);
      return true;
    },
    { withinMs: 60_000 },
  );

/** What a controller saw, as number, result and reason. */
function seenBy(controller: string): readonly (readonly number[])[] {
  const lines = controllers.stdout.split('\n').filter((line) => line.startsWith('{"controller"'));
  const seen = lines.map((line) => Seen.parse(JSON.parse(line))).filter((one) => one.controller === controller);
  expect(seen.every(({ kept }) => kept)).toBe(true);
  return seen.map(({ number, result, reason }) => [number, result, reason]);
}

/** Holding registers from `address` on, which mbpoll counts from 1. */
async function mbpoll(port: number, address: number, ...more: readonly string[]): Promise<readonly number[]> {
  const at = ['-1', '-q', '-a', '1', '-p', String(port), '-t', '4', '-r', String(address + 1)];
  const { code, stdout, stderr } = await runProcess('mbpoll', [...at, ...more]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return Array.from(stdout.matchAll(/^\[\d+\]:\s+(\d+)/gm), ([, value]) => Number(value));
}
/** Number, result, valid. */
const newestAt = (port: number, block: number): Promise<readonly number[]> =>
  mbpoll(port, block + 3, '-c', '3', '127.0.0.1');

const FOUR = [
  [1, 1, 0],
  [2, 2, 1],
  [3, 1, 0],
  [4, 2, 1],
];

describe('results for controllers of pymodbus', () => {
  it('are each seen once and in order by one that acknowledges, and mbpoll reads that the last one was taken', async () => {
    give('prompt', 4);
    await accounted('prompt', { offered: 4, taken: 4, untaken: 0, overrun: 0 });
    expect(seenBy('prompt')).toEqual(FOUR);
    await waitFor('the last to be taken', async () => (await newestAt(ports['prompt'] ?? 0, 100)).join() === '4,2,0');
  });

  it('are not taken by a number that was acknowledged before and comes once more', async () => {
    give('twice', 4);
    await accounted('twice', { offered: 4, taken: 4, untaken: 0, overrun: 0 });
    expect(seenBy('twice')).toEqual(FOUR);
  });

  it('are not taken by one that acknowledges when the next is shown, and all are seen', async () => {
    give('late', 3);
    await accounted('late', { offered: 3, taken: 0, untaken: 3, overrun: 0 });
    expect(seenBy(`late:${LATE_S}`)).toEqual(FOUR.slice(0, 3));
  });

  it('give way to each other where none is acknowledged, which is one failure', async () => {
    give('never', 3);
    await accounted('never', { offered: 3, taken: 0, untaken: 3, overrun: 0 });
    expect(seenBy('never')).toEqual(FOUR.slice(0, 3));
    await waitFor('the failure', () => failures.some(({ output }) => output === 'never'));
    expect(failures.filter(({ output }) => output === 'never').map(({ failure }) => failure.what)).toEqual([
      'results_untaken',
    ]);
    expect(await newestAt(ports['never'] ?? 0, 100)).toEqual([3, 1, 0]);
  });

  it('are read and acknowledged by one that reads by itself, which acknowledges each twice', async () => {
    give('reads', 4);
    await accounted('reads', { offered: 4, taken: 4, untaken: 0, overrun: 0 });
    expect(seenBy(`read:${served}:${READS}`)).toEqual(FOUR);
  });

  it('are read with mbpoll, and taken when it writes their number, and no other number', async () => {
    give('typed', 2);
    const [block, taken] = [20 * TYPED, 1000 + TYPED];
    await waitFor('the first result', async () => (await newestAt(served, block)).join() === '1,1,1');
    await mbpoll(served, taken, '127.0.0.1', '2');
    expect(await newestAt(served, block)).toEqual([1, 1, 1]);
    await mbpoll(served, taken, '127.0.0.1', '1');
    expect(await newestAt(served, block)).toEqual([2, 2, 1]);
    await mbpoll(served, taken, '127.0.0.1', '2');
    expect(await newestAt(served, block)).toEqual([2, 2, 0]);
    await accounted('typed', { offered: 2, taken: 2, untaken: 0, overrun: 0 });
  });
});

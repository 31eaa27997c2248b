import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { silentLogger, systemClock } from '@lineside/kit';
import { afterEach, describe, expect, it } from 'vitest';
import { Subscriber } from 'zeromq';
import { z } from 'zod';
import { FeedsProcess } from '../../edge/src/plant/feeds/index.ts';
import { type OutputPlan, OutputsProcess } from '../../edge/src/plant/index.ts';
import type { Failure } from '../../edge/src/plant/output/index.ts';
import { pointProtocolOf } from '../../edge/src/plant/points/index.ts';
import {
  ACKNOWLEDGED_AT,
  COUNTS_PER_UNIT,
  type GateLine,
  LinePlc,
  RESULTS_AT,
} from '../../scripts/twin/src/plc/index.ts';
import { type Flow, parseLine, productFlow } from '../../scripts/twin/src/scenes/index.ts';
import { feedPlan, report } from '../support/feed-world.ts';
import { freePort } from '../support/free-port.ts';
import { waitFor } from '../support/wait-for.ts';

const LINE_AT = 160;
const LINE = parseLine(
  `seed: 3
size: {width: 640, height: 360}
fps: 10
periodSeconds: 600
cameras: [{id: product, scene: product, bottlesPerMinute: 100, secondsInView: 3, defectRate: 0.3}]
plc: {gateAt: 1}
`,
  'line.yaml',
);

interface World extends AsyncDisposable {
  readonly plc: LinePlc;
  readonly flow: Flow;
  readonly outputs: OutputsProcess;
  readonly gate: readonly GateLine[];
  readonly failures: readonly Failure[];
  readonly url: string;
  /** Tells of bottles as a camera would, until the time is over. */
  watch(ms: number): Promise<void>;
}

let running: World | undefined;
const ends: (() => unknown)[] = [];
afterEach(async () => {
  while (ends.length > 0) await ends.pop()?.();
  await running?.[Symbol.asyncDispose]();
  running = undefined;
});

async function start(more: Partial<OutputPlan> = {}, served: readonly string[] = []): Promise<World> {
  const zero = Date.now();
  const zeroMono = systemClock.monoMs();
  const gate: GateLine[] = [];
  const failures: Failure[] = [];
  const plc = new LinePlc(LINE, { host: '127.0.0.1', port: 0, zero }, (line) => void gate.push(line));
  const url = await plc.listen();
  const camera = LINE.cameras[0];
  if (camera?.scene !== 'product') throw new TypeError('the line has a product camera');
  const flow = productFlow(LINE, camera);
  const plan: OutputPlan = {
    ...{ id: 'gate', url, shown: url, reject: 'coil:0', results: `holding:${RESULTS_AT}`, armed: true },
    ...{ encoderPoint: 'input:2?type=uint32', encoderEveryMs: 20, heartbeatMs: 100, silentMs: 500 },
    ...{ distance: (640 - LINE_AT) * COUNTS_PER_UNIT, encoder: { bits: 32, maxPerS: 20_000, maxGapMs: 500 } },
    // A busy machine is late; what is tested here is which bottle is hit.
    ...{ pulseMs: 60, toleranceMs: 60, onMissing: 'reject' },
    ...more,
  };
  const outputs = new OutputsProcess({
    plans: () => [plan],
    servers: served.map((address) => ({ url: address, allow: [] })),
    inspecting: () => ['gate'],
    onFailure: (_output, failure) => void failures.push(failure),
    onDown: () => undefined,
    clock: systemClock,
    log: silentLogger,
  });
  const stop = new AbortController();
  const ends = [plc.run(stop.signal), outputs.run(stop.signal)];
  const reported = new Set<number>();
  running = {
    ...{ plc, flow, outputs, gate, failures, url },
    watch: async (ms) => {
      const until = Date.now() + ms;
      while (Date.now() < until) {
        const seconds = (Date.now() - zero) / 1000;
        for (const k of flow.near(seconds, 640)) {
          const crossed = flow.when(k, LINE_AT);
          if (reported.has(k) || crossed > seconds) continue;
          reported.add(k);
          outputs.piece('gate', { piece: k + 10, track: k, capturedAtMs: zeroMono + crossed * 1000 });
          const isBad = flow.defect(k) !== undefined;
          outputs.verdict('gate', k + 10, { result: isBad ? 'nok' : 'ok', reason: isBad ? 'defect' : 'none' });
        }
        await delay(20);
      }
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await Promise.all(ends);
    },
  };
  return running;
}

/** What the controller holds, read over a connection of its own. */
async function peek(url: string, points: readonly string[]): Promise<readonly unknown[]> {
  const connection = await pointProtocolOf(url)?.connect(
    url,
    { clock: systemClock, log: silentLogger },
    AbortSignal.timeout(600_000),
  );
  const readings = (await connection?.read(points)) ?? [];
  connection?.close();
  return readings.map((reading) => ('value' in reading ? reading.value : reading.bad));
}

describe('the outputs with the controller of the twin', () => {
  it('rejects the defective bottles and no other, and the controller sees READY, results and a heartbeat', async () => {
    const { outputs, url, watch, plc, gate, failures } = await start();
    await waitFor('READY', () => outputs.states[0]?.readiness === 'ready');
    await watch(15_000);
    const { due, done, wrong } = plc.counts;
    expect(wrong).toBe(0);
    expect(done).toBeGreaterThanOrEqual(2);
    // On a busy machine the encoder may be read too late: then a reject is not done, and the device says so.
    const { late = 0, missed = 0, cancelled = 0 } = outputs.states[0]?.counts ?? {};
    expect(due - done).toBeLessThanOrEqual(late + missed + cancelled);
    const rejects = failures.filter(({ what }) => ['late', 'missed', 'cancelled'].includes(what));
    expect(rejects).toHaveLength(late + missed + cancelled);
    expect(gate.filter(({ rejected }) => rejected).length).toBeGreaterThanOrEqual(done);
    const registers = [0, 1, 4, 5].map((n) => `holding:${RESULTS_AT + n}`);
    const [beat, ready, result, valid] = await peek(url, registers);
    expect([ready, valid]).toEqual([1, 1]);
    expect([1, 2]).toContain(result);
    await waitFor('the next heartbeat', async () => (await peek(url, registers))[0] !== beat);
    expect(outputs.states[0]?.counts.lateVerdicts).toBe(0);
    expect(outputs.states[0]?.lateness?.p50).toBeGreaterThan(-1);
  });

  it('writes nothing while it is not armed, and the safe value when it is disarmed', async () => {
    const { outputs, url, plc } = await start({ armed: false });
    await waitFor('a connection', () => outputs.states[0]?.connected === true);
    await delay(500);
    expect(outputs.states[0]?.readiness).toBe('disarmed');
    expect(await peek(url, ['coil:0', `holding:${RESULTS_AT}`, `holding:${RESULTS_AT + 4}`])).toEqual([false, 0, 0]);
    outputs.arm('gate', true);
    await waitFor('READY at the controller', async () => (await peek(url, [`holding:${RESULTS_AT + 1}`]))[0] === 1);
    outputs.arm('gate', false);
    await waitFor('READY to be taken back', async () => (await peek(url, [`holding:${RESULTS_AT + 1}`]))[0] === 0);
    // Without a result nothing is good: 3 is no result.
    expect(await peek(url, ['coil:0', `holding:${RESULTS_AT + 4}`, `holding:${RESULTS_AT + 5}`])).toEqual([
      false,
      3,
      0,
    ]);
    expect(plc.counts.wrong).toBe(0);
  });

  it('takes READY back when the controller restarts, and gives it again; rejects meanwhile are counted as missed', async () => {
    const { outputs, plc, watch } = await start();
    await waitFor('READY', () => outputs.states[0]?.readiness === 'ready');
    plc.fault = 'restart';
    await waitFor('the loss to be noticed', () => outputs.states[0]?.readiness !== 'ready');
    plc.fault = undefined;
    await waitFor('READY again', () => outputs.states[0]?.readiness === 'ready');
    await watch(4_000);
    const [state] = outputs.states;
    const { due = 0, done = 0, late = 0, missed = 0 } = state?.counts ?? {};
    expect(due).toBe(done + late + missed);
  });

  it('hands results over one by one to a controller that acknowledges, and counts those that it does not take', async () => {
    const acknowledge = { timeoutMs: 400 };
    const { outputs, plc, failures } = await start({ acknowledge, acknowledgePoint: `holding:${ACKNOWLEDGED_AT}` });
    await waitFor('READY', () => outputs.states[0]?.readiness === 'ready');
    const give = (from: number, count: number): void => {
      for (let piece = from; piece < from + count; piece += 1) {
        // They never arrive: only their results matter here.
        outputs.piece('gate', { piece, track: piece, capturedAtMs: systemClock.monoMs() });
        outputs.verdict('gate', piece, { result: 'ok', reason: 'none' });
      }
    };
    const counts = (): unknown => outputs.states[0]?.handshake;
    give(1, 5);
    await waitFor('five results to be taken', () => outputs.states[0]?.handshake?.taken === 5);
    expect(counts()).toMatchObject({ offered: 5, overrun: 0 });
    plc.acknowledges = false;
    give(6, 20);
    await waitFor('two that are not taken', () => (outputs.states[0]?.handshake?.untaken ?? 0) >= 2);
    // One is shown, sixteen wait.
    expect(counts()).toMatchObject({ offered: 25, taken: 5, overrun: 3 });
    plc.acknowledges = true;
    await waitFor('the rest to be accounted for', () => {
      const { offered = 0, taken = 0, untaken = 0, overrun = 0 } = outputs.states[0]?.handshake ?? {};
      return offered === 25 && taken + untaken + overrun === 25;
    });
    expect(failures.map(({ what }) => what).filter((what) => what === 'results_untaken')).toHaveLength(1);
    expect(outputs.states[0]?.result?.buckets.count).toBeGreaterThan(5);
    expect(outputs.states[0]?.decision?.buckets.count).toBe(25);
  });

  it('takes acknowledgements of a controller that reads by itself', async () => {
    const served = `modbus+tcp://127.0.0.1:${await freePort()}`;
    const { outputs } = await start({ acknowledge: { timeoutMs: 20_000 } }, [served]);
    await waitFor('READY', () => outputs.states[0]?.readiness === 'ready');
    await waitFor('the server', async () => (await peek(served, ['input:1']))[0] === 1);
    expect(outputs.servers).toMatchObject([{ url: served, up: true, problem: undefined }]);
    for (const piece of [1, 2]) {
      outputs.piece('gate', { piece, track: piece, capturedAtMs: systemClock.monoMs() });
      outputs.verdict('gate', piece, { result: 'ok', reason: 'none' });
    }
    await waitFor('a valid result', async () => (await peek(served, ['holding:5']))[0] === 1);
    const tools = { clock: systemClock, log: silentLogger };
    const controller = await pointProtocolOf(served)?.connect(served, tools, AbortSignal.timeout(600_000));
    for (const number of [1, 2]) {
      await waitFor(`result ${number}`, async () => (await peek(served, ['holding:5']))[0] === 1);
      expect(await peek(served, ['holding:3', 'holding:5'])).toEqual([number, 1]);
      await controller?.write([{ point: 'holding:1000', value: number }]);
    }
    expect(await peek(served, ['holding:3', 'holding:5'])).toEqual([2, 0]);
    for (const point of ['holding:3', 'holding:1001']) {
      await expect(controller?.write([{ point, value: 1 }])).rejects.toMatchObject({ code: 'point_refused' });
    }
    controller?.close();
    await waitFor('both to be counted', () => outputs.states[0]?.handshake?.taken === 2);
  });

  it('rejects as before beside a feed that nobody may delay it by, which tells the results in their order', async () => {
    const { outputs, watch, plc } = await start();
    await waitFor('READY', () => outputs.states[0]?.readiness === 'ready');
    const { feeds, url } = feedOf(outputs);
    const heard = listen(url);
    // It asks for pictures and reads none of them.
    const slow = new Subscriber({ receiveHighWaterMark: 2 });
    ends.push(() => slow.close());
    slow.connect(url);
    slow.subscribe('frames/');
    await waitFor('both consumers', () => heard.isConnected && feeds.wants('frames'));
    const reporting = setInterval(() => feeds.tell({ type: 'picture', picture: PICTURE }), 2);
    ends.push(() => clearInterval(reporting));
    await waitFor('the slow consumer to be passed over', () => (feeds.states[0]?.stalls ?? 0) > 0, {
      withinMs: 30_000,
    });
    const before = plc.counts.done;
    // On a busy machine some come late: what is not done is counted, and the line goes on until two were done.
    for (let tries = 0; tries < 4 && plc.counts.done <= before + 1; tries += 1) await watch(15_000);
    const { due, done, wrong } = plc.counts;
    expect(wrong).toBe(0);
    expect(done).toBeGreaterThan(before + 1);
    const { late = 0, missed = 0, cancelled = 0, ok = 0, nok = 0 } = outputs.states[0]?.counts ?? {};
    expect(due - done).toBeLessThanOrEqual(late + missed + cancelled);
    const newest = outputs.states[0]?.newest;
    await waitFor('the newest result', () => heard.results.at(-1)?.newest?.piece === newest?.piece);
    const received = heard.results.flatMap(({ newest: one }) => (one === undefined ? [] : [one]));
    const pieces = [...new Set(received.map(({ piece }) => piece))];
    expect(pieces).toEqual(pieces.toSorted((one, other) => one - other));
    // Two results between two reports of the outputs are the exception.
    expect(pieces.length).toBeGreaterThan((ok + nok) / 2);
    expect(new Set(received.map(({ result }) => result))).toEqual(new Set(['ok', 'nok']));
    expect(heard.results.map(({ seq }) => seq)).toEqual(
      received.map((_one, place) => (heard.results[0]?.seq ?? 0) + place),
    );
  });
});

const PICTURE = {
  ...{ camera: 'product', frame: 1, width: 640, height: 360, atMs: 1 },
  jpeg: new Uint8Array(200_000),
};
const Results = z.object({
  seq: z.number(),
  newest: z.object({ piece: z.number(), result: z.string() }).optional(),
});

/** A feed in its own process that gets the state of the outputs again and again, as from the main process; and its address. */
function feedOf(outputs: OutputsProcess): { readonly feeds: FeedsProcess; readonly url: string } {
  const url = `ipc://${join(tmpdir(), `lineside-feed-${process.pid}-${ends.length}`)}`;
  const feeds = new FeedsProcess({
    plans: () => [feedPlan(`zmq+${url}`)],
    ...{ onCommand: () => undefined, clock: systemClock, log: silentLogger },
  });
  const stop = new AbortController();
  const ended = feeds.run(stop.signal);
  const reporting = setInterval(() => {
    const reports = outputs.states.map(({ id, readiness, armed, connected, inTransit, counts, newest }) => ({
      ...{ id, camera: 'product', readiness, armed, connected, inTransit, counts: { ...counts } },
      ...(newest === undefined ? {} : { newest }),
    }));
    feeds.tell({ type: 'report', report: report({ outputs: reports }) });
  }, 100);
  ends.push(async () => {
    clearInterval(reporting);
    stop.abort();
    await ended;
  });
  return { feeds, url };
}

interface Heard {
  readonly results: readonly z.infer<typeof Results>[];
  readonly isConnected: boolean;
}

/** What somebody hears of the results who reads at once. */
function listen(url: string): Heard {
  const results: z.infer<typeof Results>[] = [];
  const heard = { results, isConnected: false };
  const socket = new Subscriber();
  ends.push(() => socket.close());
  socket.connect(url);
  socket.subscribe('results/gate', 'health');
  void (async () => {
    for await (const [topic, body] of socket) {
      heard.isConnected = true;
      if (String(topic) !== 'health') results.push(Results.parse(JSON.parse(String(body))));
    }
  })();
  return heard;
}

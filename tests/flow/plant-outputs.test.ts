import { setTimeout as delay } from 'node:timers/promises';
import { silentLogger, systemClock } from '@lineside/kit';
import { afterEach, describe, expect, it } from 'vitest';
import { type OutputPlan, OutputsProcess } from '../../edge/src/plant/index.ts';
import type { Failure } from '../../edge/src/plant/output/index.ts';
import { pointProtocolOf } from '../../edge/src/plant/points/index.ts';
import { COUNTS_PER_UNIT, type GateLine, LinePlc, RESULTS_AT } from '../../scripts/twin/src/plc/index.ts';
import { type Flow, parseLine, productFlow } from '../../scripts/twin/src/scenes/index.ts';
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
afterEach(async () => {
  await running?.[Symbol.asyncDispose]();
  running = undefined;
});

async function start(more: Partial<OutputPlan> = {}): Promise<World> {
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
    AbortSignal.timeout(5_000),
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
    expect(failures).toHaveLength(late + missed + cancelled);
    expect(gate.filter(({ rejected }) => rejected).length).toBeGreaterThanOrEqual(done);
    const registers = [0, 1, 4, 5].map((n) => `holding:${RESULTS_AT + n}`);
    const [beat, ready, result, valid] = await peek(url, registers);
    expect([ready, valid]).toEqual([1, 1]);
    expect([1, 2]).toContain(result);
    await waitFor('the next heartbeat', async () => (await peek(url, registers))[0] !== beat);
    expect(outputs.states[0]?.counts.lateVerdicts).toBe(0);
    expect(outputs.states[0]?.lateness?.p50).toBeGreaterThan(-1);
  }, 60_000);

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
  }, 60_000);

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
  }, 60_000);
});

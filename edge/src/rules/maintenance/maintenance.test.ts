import { describe, expect, it } from 'vitest';
import type { RuleOutput, Signal, SignalReading } from '../../domain/index.ts';
import type { Signals } from '../../pipeline/index.ts';
import { RuleOptions, withService } from '../index.ts';
import { ruleOf } from '../../../../tests/support/crafted-tracks.ts';

const TICK = 500;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.parse('2026-11-28T05:00Z');

/** What is kept between two lives of the process. */
function memory(): { get(): unknown; set(value: unknown): void } {
  let kept: unknown;
  return {
    get: () => kept,
    set: (value) => {
      kept = JSON.parse(JSON.stringify(value));
    },
  };
}

const good = (value: string | number): SignalReading => ({ state: 'good', value });

function signalsOf(readings: Readonly<Record<string, SignalReading | undefined>>): Signals {
  const signal = (id: string, reading: SignalReading): Signal => ({
    ...{ id, type: 'number', source: 'push:', reading, atMs: 0, wallMs: 0, sample: 1, epoch: 1 },
  });
  return { get: (id) => (readings[id] === undefined ? undefined : signal(id, readings[id])) };
}

/** A machine whose signals a rule reads twice a second. */
class Machine {
  readonly outputs: RuleOutput[] = [];
  atMs = 0;
  readings: Record<string, SignalReading | undefined> = {};
  readonly #rule: ReturnType<typeof ruleOf>;
  readonly #startMs: number;

  constructor(options: object, place: object = {}, startMs = START) {
    this.#startMs = startMs;
    const wallTime = (atMs: number): number => startMs + atMs;
    this.#rule = ruleOf({ type: 'maintenance', id: 'cutter', ...options }, { wallTime, ...place });
  }

  go(forMs: number, readings: Record<string, SignalReading | undefined> = this.readings, stepMs = TICK): this {
    this.readings = readings;
    for (const endMs = this.atMs + forMs; this.atMs < endMs; ) {
      this.atMs += stepMs;
      const tick = { atMs: this.atMs, wallMs: this.#startMs + this.atMs, signals: signalsOf(this.readings) };
      this.outputs.push(...(this.#rule.tick?.(tick) ?? []));
    }
    return this;
  }

  close(): void {
    this.outputs.push(...this.#rule.close(this.atMs, 'restart'));
  }

  get story(): readonly string[] {
    return this.outputs
      .filter(({ phase }) => phase !== 'updated')
      .map(({ phase, label, reason }) => [phase, label, ...(reason === undefined ? [] : [reason])].join(' '));
  }
}

describe('the maintenance rule', () => {
  it('is overdue after 30 days without any limit, and is reported again every hour', () => {
    const machine = new Machine({}).go(30 * DAY - HOUR, {}, 10 * MINUTE);
    expect(machine.story).toEqual([]);
    machine.go(5 * HOUR, {}, 10 * MINUTE);
    expect(machine.story).toEqual(['opened interval']);
    expect(machine.outputs.map(({ phase }) => phase)).toEqual(['opened', 'updated', 'updated', 'updated']);
    expect(machine.outputs[0]).toMatchObject({
      ...{ kind: 'equipment', severity: 'warning' },
      details: { dueBy: 'interval', used: 1, hoursSince: 720, servicedBy: 'unknown' },
    });
  });

  it('counts only the time in which the machine is known to run', () => {
    const machine = new Machine({ maxRunning: '10m', stateSignal: 'state' });
    machine.go(4 * MINUTE, { state: good('running') });
    machine.go(HOUR, { state: good('jam') });
    machine.go(HOUR, { state: { state: 'stale', reason: 'source_lost' } });
    machine.go(HOUR, { state: undefined });
    machine.go(5 * MINUTE, { state: good('running') });
    expect(machine.story).toEqual([]);
    machine.go(2 * MINUTE);
    expect(machine.story).toEqual(['opened running_time']);
  });

  it('does not take a gap between two looks for running', () => {
    const machine = new Machine({ maxRunning: '10m', stateSignal: 'state' });
    machine.go(HOUR, { state: good('running') }, 20 * MINUTE);
    expect(machine.story).toEqual([]);
  });

  it('is overdue by the counter of the machine, the part included that was counted while the process did not run', () => {
    const kept = memory();
    const limits = { maxCount: 100, countSignal: 'cycles' };
    const first = new Machine(limits, { memory: kept });
    first.go(MINUTE, { cycles: good(5000) }).go(MINUTE, { cycles: good(5040) });
    first.close();
    const second = new Machine(limits, { memory: kept }, START + DAY).go(MINUTE, { cycles: good(5099) });
    expect(second.story).toEqual([]);
    second.go(MINUTE, { cycles: good(5100) });
    expect(second.story).toEqual(['opened count']);
    expect(second.outputs[0]?.details).toMatchObject({ dueBy: 'count', counted: 100 });
  });

  it('is closed by the confirmation of a person, whose name is in the event, and begins again', () => {
    const kept = memory();
    const machine = new Machine({ maxCount: 10, countSignal: 'cycles', interval: '1d' }, { memory: kept });
    machine.go(MINUTE, { cycles: good(0) }).go(MINUTE, { cycles: good(12) });
    kept.set(withService(kept.get(), 'M. Fischer', START + machine.atMs));
    machine.go(MINUTE, { cycles: good(13) });
    expect(machine.story).toEqual(['opened count', 'closed count cleared']);
    expect(machine.outputs.at(-1)?.details).toMatchObject({ servicedBy: 'M. Fischer' });
    machine.go(MINUTE, { cycles: good(21) });
    expect(machine.story).toHaveLength(2);
    machine.go(MINUTE, { cycles: good(24) });
    expect(machine.story.slice(2)).toEqual(['opened count']);
  });

  it('keeps at once that it is overdue, and a confirmation that comes when the process ends', () => {
    const kept = memory();
    const limits = { maxCount: 10, countSignal: 'cycles' };
    const machine = new Machine(limits, { memory: kept })
      .go(MINUTE, { cycles: good(0) })
      .go(TICK, { cycles: good(12) });
    expect(machine.story).toEqual(['opened count']);
    expect(kept.get()).toMatchObject({ count: 12 });
    kept.set(withService(kept.get(), 'M. Fischer', START + machine.atMs));
    machine.close();
    const next = new Machine(limits, { memory: kept }, START + HOUR).go(MINUTE, { cycles: good(13) });
    expect(next.story).toEqual([]);
    expect(kept.get()).toMatchObject({ servicedBy: 'M. Fischer', servicedAtMs: START + MINUTE + TICK });
  });

  it('knows after a restart what has come together, the time included in which it did not run', () => {
    const kept = memory();
    const limits = { interval: '8h', maxRunning: '1h', stateSignal: 'state' };
    new Machine(limits, { memory: kept }).go(50 * MINUTE, { state: good('running') }).close();
    const second = new Machine(limits, { memory: kept }, START + 2 * HOUR).go(11 * MINUTE, { state: good('running') });
    expect(second.story).toEqual(['opened running_time']);
    second.close();
    const third = new Machine(limits, { memory: kept }, START + 9 * HOUR).go(TICK, {});
    expect(third.outputs[0]?.details).toMatchObject({ dueBy: 'interval', hoursSince: 9 });
  });

  it('reports nothing outside of its shifts, and everything is counted', () => {
    const plan = { timeZone: 'UTC', shifts: [{ name: 'Early', startMinute: 360, endMinute: 840 }] };
    const machine = new Machine({ interval: '30m', shifts: ['Early'] }, { plan }).go(50 * MINUTE, {}, MINUTE);
    expect(machine.story).toEqual([]);
    machine.go(9 * HOUR, {}, MINUTE);
    expect(machine.story).toEqual(['opened interval', 'closed interval not_in_force']);
  });

  it('closes what is overdue when the service ends', () => {
    const machine = new Machine({ interval: '1m' }).go(2 * MINUTE);
    machine.close();
    expect(machine.story).toEqual(['opened interval', 'closed interval restart']);
  });

  it.each([
    { maxRunning: '500h' },
    { maxCount: 100 },
    { maxRunning: '500h', countSignal: 'cycles' },
    { maxCount: 100, stateSignal: 'state' },
  ])('is refused with a limit on what no signal measures: %o', (limits) => {
    const { success } = RuleOptions.safeParse({ id: 'r', type: 'maintenance', camera: 'c', ...limits });
    expect(success).toBe(false);
  });

  it('counts what a machine did, however it stops and starts, and whatever its counter shows in between', () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const random = randomFrom(seed);
      const kept = memory();
      const limits = { maxCount: 1e9, countSignal: 'cycles', maxRunning: '1000d', stateSignal: 'state' };
      let machine = new Machine(limits, { memory: kept });
      let [counter, made, ranMs, wallMs] = [Math.floor(random() * 1000) + 500, 0, 0, START];
      machine.go(TICK, { cycles: good(counter), state: good('idle') });
      for (let step = 0; step < 60; step += 1) {
        const isRunning = random() < 0.6;
        const forMs = Math.ceil(random() * 40) * TICK;
        const rise = isRunning ? Math.floor(random() * 20) : 0;
        // A controller that starts shows 0 for a moment.
        if (random() < 0.2) machine.go(TICK, { cycles: good(0), state: good('idle') });
        if (random() < 0.2)
          machine.go(TICK, { cycles: { state: 'bad', reason: 'device_failure' }, state: good('idle') });
        counter += rise;
        made += rise;
        const state = good(isRunning ? 'running' : 'idle');
        machine.go(forMs, { cycles: good(counter), state });
        // Its first look is the beginning of the running.
        if (isRunning) ranMs += forMs - TICK;
        machine.go(TICK, { cycles: good(counter), state: good('idle') });
        if (random() < 0.1) {
          machine.close();
          wallMs += machine.atMs + random() * DAY;
          machine = new Machine(limits, { memory: kept }, wallMs);
          machine.go(TICK, { cycles: good(counter), state: good('idle') });
        }
      }
      machine.close();
      expect(kept.get(), `seed ${seed}`).toMatchObject({ count: made, runningMs: ranMs });
    }
  });

  it('takes a counter that begins again from 0 for one that goes on', () => {
    const kept = memory();
    const machine = new Machine({ maxCount: 1000, countSignal: 'cycles' }, { memory: kept });
    for (const value of [900, 950, 0, 20, 40, 39, 60]) machine.go(TICK, { cycles: good(value) });
    machine.close();
    // 50, then 40, a step back by one that is a correction, and 21.
    expect(kept.get()).toMatchObject({ count: 111 });
  });
});

function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

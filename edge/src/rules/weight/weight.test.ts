import { describe, expect, it } from 'vitest';
import { HandClock } from '../../../../tests/support/test-journal.ts';
import { ruleOf } from '../../../../tests/support/crafted-tracks.ts';
import type { RuleOutput, Signal } from '../../domain/index.ts';
import type { Rule, Signals } from '../../pipeline/index.ts';
import { tolerableNegativeError } from './tolerances.ts';

/** A scale, the counter beside it, and a rule that reads them. */
class Scale {
  readonly clock = new HandClock();
  readonly rule: Rule;
  readonly outputs: RuleOutput[] = [];
  readonly #signals = new Map<string, Signal>();

  constructor(options: object = {}) {
    this.rule = ruleOf({
      type: 'weight',
      id: 'w',
      signal: 'scale',
      nominal: 500,
      window: 10,
      clearItems: 3,
      ...options,
    });
  }

  get signals(): Signals {
    return { get: (id) => this.#signals.get(id) };
  }

  say(id: string, reading: Signal['reading'], epoch = 1): void {
    this.clock.advance(1000);
    const atMs = this.clock.monoMs();
    const signal: Signal = { id, type: 'number', source: 'push:', reading, atMs, wallMs: 0, sample: 1, epoch };
    this.#signals.set(id, signal);
    this.outputs.push(...(this.rule.signal?.(signal, this.signals, atMs) ?? []));
  }

  weigh(...weights: readonly number[]): void {
    for (const value of weights) this.say('scale', { state: 'good', value });
  }

  tick(): void {
    const atMs = this.clock.monoMs();
    this.outputs.push(...(this.rule.tick?.({ atMs, wallMs: 0, signals: this.signals }) ?? []));
  }

  get story(): string[] {
    return this.outputs.map(
      ({ phase, label, reason }) => `${phase} ${label}${reason === undefined ? '' : ` ${reason}`}`,
    );
  }

  get totals(): Record<string, number> {
    const sums: Record<string, number> = {};
    for (const { name, count } of this.rule.tallies?.() ?? []) sums[name] = (sums[name] ?? 0) + count;
    return sums;
  }
}

describe('weight', () => {
  it('opens at the first item in class T2 and closes after enough items without the fault', () => {
    const scale = new Scale();
    scale.weigh(501, 500, 469, 505, 505);
    expect(scale.story).toEqual(['opened under_t2']);
    expect(scale.outputs[0]?.details).toMatchObject({ weight: 469, nominal: 500, items: 1 });
    scale.weigh(505);
    expect(scale.story).toEqual(['opened under_t2', 'closed under_t2 cleared']);
  });

  it('reports items that are too heavy, with the tare taken off', () => {
    const scale = new Scale({ tare: 20, maxOver: 10 });
    scale.weigh(525, 529, 531);
    expect(scale.story).toEqual(['opened over']);
    expect(scale.outputs[0]?.details).toMatchObject({ weight: 511 });
  });

  it('reports too many items in class T1 and an average below the nominal weight, once the window is full', () => {
    const scale = new Scale();
    scale.weigh(...Array.from({ length: 9 }, () => 480));
    expect(scale.story).toEqual([]);
    scale.weigh(480);
    expect(scale.story).toEqual(['opened t1_fraction', 'opened average_under']);
    scale.weigh(...Array.from({ length: 14 }, () => 505));
    expect(scale.story.slice(2).toSorted()).toEqual(['closed average_under cleared', 'closed t1_fraction cleared']);
  });

  it('closes an event of the average when it is above the nominal weight by its standard error, not at once', () => {
    const scale = new Scale();
    scale.weigh(...Array<number[]>(5).fill([498, 500]).flat());
    // A mean of 500.2 with a standard error of 0.5.
    scale.weigh(...Array<number[]>(15).fill([502, 498.4]).flat());
    expect(scale.story.filter((one) => !one.startsWith('updated'))).toEqual(['opened average_under']);
    scale.weigh(...Array<number[]>(15).fill([503, 499.4]).flat());
    expect(scale.story.at(-1)).toBe('closed average_under cleared');
  });

  it('has one event of an average that sways about the nominal weight', () => {
    const scale = new Scale();
    for (let k = 0; k < 8; k += 1) scale.weigh(...Array.from({ length: 3 }, () => 497), 507);
    expect(scale.story.filter((one) => !one.startsWith('updated'))).toEqual(['opened average_under']);
  });

  it('takes a weight that is bad or stale for no result: neither good nor a fault, and it closes nothing', () => {
    const scale = new Scale();
    scale.weigh(469);
    for (let k = 0; k < 10; k += 1) scale.say('scale', { state: 'bad', reason: 'overload' });
    scale.say('scale', { state: 'stale', reason: 'source_lost' });
    expect(scale.story).toEqual(['opened under_t2']);
    expect(scale.totals).toEqual({ weighed: 1, t2: 1, no_result: 11 });
  });

  it('closes with not_observed when nothing is weighed any more', () => {
    const scale = new Scale({ maxUnobserved: '1m' });
    scale.weigh(469);
    scale.clock.advance(61_000);
    scale.tick();
    expect(scale.story).toEqual(['opened under_t2', 'closed under_t2 not_observed']);
    scale.tick();
    expect(scale.outputs).toHaveLength(2);
  });

  it('takes each change of the trigger for one item, and none where its source was away in between', () => {
    const scale = new Scale({ trigger: 'count' });
    scale.weigh(469, 469);
    scale.say('count', { state: 'good', value: 7 });
    expect(scale.totals).toEqual({});
    scale.say('count', { state: 'good', value: 8 });
    scale.say('count', { state: 'good', value: 8 });
    scale.say('count', { state: 'good', value: 9 }, 2);
    scale.say('count', { state: 'good', value: 10 }, 2);
    expect(scale.totals).toMatchObject({ weighed: 2 });
    expect(scale.story).toEqual(['opened under_t2']);
  });

  it('opens, updates and closes each event in order, whatever is weighed', () => {
    let state = 9;
    const random = (): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
    const scale = new Scale({ updateInterval: '5s', maxUnobserved: '20s' });
    for (let k = 0; k < 3000; k += 1) {
      const value = 500 + (random() - 0.5) * 120 * random();
      scale.say('scale', random() < 0.1 ? { state: 'bad', reason: 'x' } : { state: 'good', value });
      if (random() < 0.02) scale.clock.advance(30_000);
      scale.tick();
    }
    scale.outputs.push(...scale.rule.close(scale.clock.monoMs(), 'restart'));
    const phases = new Map<string, string>();
    for (const { key, phase, reason, durationMs } of scale.outputs) {
      const before = phases.get(key);
      expect((before === undefined) === (phase === 'opened') && before !== 'closed').toBe(true);
      expect((reason !== undefined) === (phase === 'closed')).toBe(true);
      expect(durationMs).toBeGreaterThanOrEqual(0);
      phases.set(key, phase);
    }
    expect([...phases.values()].every((phase) => phase === 'closed')).toBe(true);
    expect(phases.size).toBeGreaterThan(20);
  });
});

describe('the tolerable negative error', () => {
  it('is that of the directive', () => {
    const rows = [
      [50, 4.5],
      [75, 4.5],
      [150, 6.8],
      [250, 9],
      [500, 15],
      [750, 15],
      [1500, 22.5],
      [12_000, 150],
      [20_000, 200],
    ] as const;
    for (const [nominal, error] of rows) expect([nominal, tolerableNegativeError(nominal)]).toEqual([nominal, error]);
  });
});

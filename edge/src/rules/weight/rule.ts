import type { CloseReason, RuleOutput, Signal, SignalValue, Tally } from '../../domain/index.ts';
import { numberOf, valueOf } from '../../domain/index.ts';
import type { Rule, RuleTick, Signals } from '../../pipeline/index.ts';
import { InForce } from '../conditions/index.ts';
import type { RulePlace } from '../rule-definition.ts';
import { Fault, type FaultStep } from './fault.ts';
import type { WeightOptions } from './options.ts';
import { WEIGHT_CONDITIONS, type Weighed, Weighing } from './weighing.ts';
import { TallyCounts } from '../tally-counts.ts';

/** Part of the window that must be without the fault before an event about the window closes. */
const WINDOW_FRACTION = 0.2;

/** Judges each item that the scale weighs. A weight that is bad or stale is no result: neither good nor a fault. */
export class WeightRule implements Rule {
  readonly id: string;
  readonly #options: WeightOptions;
  readonly #weighing: Weighing;
  readonly #faults: readonly { readonly fault: Fault; key: string }[];
  readonly #inForce: InForce;
  readonly #tallies = new TallyCounts();
  #opened = 0;
  #latest: Weighed | undefined;
  #trigger: { readonly value: SignalValue; readonly epoch: number } | undefined;

  constructor(options: WeightOptions, { plan, wallTime }: RulePlace) {
    this.id = options.id;
    this.#options = options;
    this.#weighing = new Weighing(options);
    const { clearItems, updateInterval, maxUnobserved, schedule, shifts } = options;
    const limits = { clearItems, updateEveryMs: updateInterval.ms, maxUnobservedMs: maxUnobserved.ms };
    // What is judged over a window changes slowly, and sways about its limit for as long.
    const ofWindow = { ...limits, clearItems: Math.max(clearItems, Math.ceil(WINDOW_FRACTION * options.window)) };
    this.#faults = WEIGHT_CONDITIONS.map((condition) => {
      const isOfOne = condition === 'under_t2' || condition === 'over';
      return { fault: new Fault(condition, isOfOne ? limits : ofWindow), key: '' };
    });
    this.#inForce = new InForce({ schedule, shifts, plan, wallTime });
  }

  /** It reads no frames. */
  step(): readonly RuleOutput[] {
    return [];
  }

  /** Nor does it depend on them. */
  expire(): readonly RuleOutput[] {
    return [];
  }

  tick({ atMs }: RuleTick): readonly RuleOutput[] {
    if (!this.#inForce.at(atMs)) return this.#closeAll('not_in_force');
    return this.#each((fault) => fault.wait(atMs));
  }

  signal(signal: Signal, signals: Signals, atMs: number): readonly RuleOutput[] {
    if (!this.#inForce.at(atMs)) return [];
    const weight = this.#newItem(signal, signals);
    if (weight === undefined) return [];
    const gross = numberOf(weight);
    if (gross === undefined) {
      this.#tally('no_result');
      return [];
    }
    const weighed = this.#weighing.add(gross);
    this.#latest = weighed;
    this.#tally('weighed');
    if (weighed.weightClass !== 'good') this.#tally(weighed.weightClass);
    return this.#each((fault) => fault.item(atMs, weighed.conditions.includes(fault.condition)));
  }

  close(_atMs: number, reason: 'restart' | 'rule_removed'): readonly RuleOutput[] {
    return this.#closeAll(reason);
  }

  /** What was weighed since the last call. */
  tallies(): readonly Tally[] {
    return this.#tallies.take();
  }

  /** The weight of a new item, or undefined where this reading is none. */
  #newItem(signal: Signal, signals: Signals): Signal | undefined {
    const { signal: weight, trigger } = this.#options;
    if (trigger === undefined) return signal.id === weight ? signal : undefined;
    if (signal.id !== trigger) return undefined;
    const value = valueOf(signal);
    const before = this.#trigger;
    this.#trigger = value === undefined ? undefined : { value, epoch: signal.epoch };
    // The first value after the start or after a loss of the source is a state, not a change.
    const isChange =
      before !== undefined && value !== undefined && before.epoch === signal.epoch && before.value !== value;
    return isChange ? signals.get(weight) : undefined;
  }

  #closeAll(reason: CloseReason): RuleOutput[] {
    return this.#each((fault) => (fault.isOpen ? { phase: 'closed', reason } : undefined));
  }

  #each(step: (fault: Fault) => FaultStep | undefined): RuleOutput[] {
    return this.#faults.flatMap((entry) => {
      const taken = step(entry.fault);
      if (taken === undefined) return [];
      if (taken.phase === 'opened') {
        this.#opened += 1;
        entry.key = `${this.#opened}`;
      }
      const output = this.#output(entry.fault, entry.key, taken);
      if (taken.phase === 'closed') entry.fault.forget();
      return [output];
    });
  }

  #output(fault: Fault, eventKey: string, { phase, reason }: FaultStep): RuleOutput {
    const { id, type, severity, nominal } = this.#options;
    const latest = this.#latest;
    const hundredth = (value: number): number => Math.round(value * 100) / 100;
    return {
      ...{ phase, key: eventKey, rule: id, ruleType: type, kind: 'quality_issue', severity, label: fault.condition },
      ...(reason === undefined ? {} : { reason }),
      durationMs: fault.durationMs,
      details: {
        ...{ condition: fault.condition, nominal, items: fault.items },
        ...(latest === undefined
          ? {}
          : {
              weight: hundredth(latest.net),
              average: hundredth(latest.average),
              t1Fraction: Math.round(latest.t1Fraction * 1000) / 1000,
            }),
      },
    };
  }

  #tally(name: Tally['name']): void {
    this.#tallies.add(name, 'item', 1);
  }
}

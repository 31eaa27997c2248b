import type { CameraStatus, FrameRef, RuleOutput, Signal } from '../domain/index.ts';
import type { Overlay, Rule, RuleTick, Signals } from './ports.ts';
import { type RuleChange, RuleSet, type RuleTallies } from './rule-set.ts';

/** The rules of one camera's place that read no model: they are judged by signals, by the clock and by the camera's state. */
export class SignalLane {
  readonly id = undefined;
  readonly modelInfo = undefined;
  readonly newestFrame: FrameRef | undefined = undefined;
  readonly overlays: readonly Overlay[] = [];
  readonly #rules: RuleSet;

  constructor(rules: readonly Rule[], onFault: (what: string) => void) {
    this.#rules = new RuleSet(undefined, rules, onFault);
  }

  tallies(): readonly RuleTallies[] {
    return this.#rules.tallies();
  }

  tick(tick: RuleTick): RuleOutput[] {
    return this.#rules.judge((rule) => rule.tick?.(tick) ?? []);
  }

  signal(signal: Signal, signals: Signals, atMs: number): RuleOutput[] {
    return this.#rules.judge((rule) => rule.signal?.(signal, signals, atMs) ?? []);
  }

  camera(status: CameraStatus, atMs: number): RuleOutput[] {
    return this.#rules.judge((rule) => rule.camera?.(status, atMs) ?? []);
  }

  close(atMs: number, reason: 'restart' | 'rule_removed'): RuleOutput[] {
    return this.#rules.judge((rule) => rule.close(atMs, reason));
  }

  changeRules(change: RuleChange, atMs: number): RuleOutput[] {
    return this.#rules.change(change, atMs);
  }
}

import { type CloseReason, type EventPhase, numberOf, type RuleOutput, valueOf } from '../../domain/index.ts';
import type { Rule, RuleTick, Signals } from '../../pipeline/index.ts';
import { InForce, type WallTime } from '../conditions/index.ts';
import type { RulePlace } from '../rule-definition.ts';
import { type Due, dueOf, serviceFacts } from './due.ts';
import type { MaintenanceOptions } from './options.ts';
import { ServiceState } from './service-state.ts';

interface OpenEvent {
  readonly key: string;
  readonly label: Due['reason'];
  readonly openedAtMs: number;
  reportedAtMs: number;
}

/** One event while the service of a machine is overdue. It follows from what has come together, whatever is seen. */
export class MaintenanceRule implements Rule {
  readonly id: string;
  readonly #options: MaintenanceOptions;
  readonly #state: ServiceState;
  readonly #inForce: InForce;
  readonly #wallTime: WallTime | undefined;
  #opened = 0;
  #open: OpenEvent | undefined;

  constructor(options: MaintenanceOptions, { plan, wallTime, memory }: RulePlace) {
    this.id = options.id;
    this.#options = options;
    this.#wallTime = wallTime;
    this.#state = new ServiceState(memory);
    const { schedule, shifts } = options;
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

  tick({ atMs, signals }: RuleTick): readonly RuleOutput[] {
    this.#state.see(atMs, {
      wallMs: this.#wallTime?.(atMs),
      isRunning: this.#isRunning(signals),
      counter: this.#counter(signals),
    });
    const due = dueOf(this.#options, this.#state.wear);
    const isInForce = this.#inForce.at(atMs);
    if (due.used < 1 || !isInForce) return this.#close(atMs, isInForce ? 'cleared' : 'not_in_force');
    const open = this.#open;
    if (open === undefined) {
      this.#opened += 1;
      // Whoever reads what is kept is to see it overdue as well.
      this.#state.write(atMs);
      this.#open = { key: `${this.#opened}`, label: due.reason, openedAtMs: atMs, reportedAtMs: atMs };
      return [this.#output(this.#open, atMs, { phase: 'opened' })];
    }
    if (atMs - open.reportedAtMs < this.#options.updateInterval.ms) return [];
    open.reportedAtMs = atMs;
    return [this.#output(open, atMs, { phase: 'updated' })];
  }

  close(atMs: number, reason: 'restart' | 'rule_removed'): readonly RuleOutput[] {
    if (Number.isFinite(atMs)) this.#state.write(atMs);
    return this.#close(atMs, reason);
  }

  #isRunning(signals: Signals): boolean {
    const { stateSignal, runningValues } = this.#options;
    const state = stateSignal === undefined ? undefined : valueOf(signals.get(stateSignal));
    return state !== undefined && runningValues.includes(String(state));
  }

  #counter(signals: Signals): number | undefined {
    const { countSignal } = this.#options;
    return countSignal === undefined ? undefined : numberOf(signals.get(countSignal));
  }

  #close(atMs: number, reason: CloseReason): readonly RuleOutput[] {
    const open = this.#open;
    if (open === undefined) return [];
    this.#open = undefined;
    return [this.#output(open, atMs, { phase: 'closed', reason })];
  }

  #output(
    { key, label, openedAtMs }: OpenEvent,
    atMs: number,
    step: { readonly phase: EventPhase; readonly reason?: CloseReason },
  ): RuleOutput {
    const { id, type, severity } = this.#options;
    const { wear, servicedBy } = this.#state;
    return {
      ...{ ...step, key, rule: id, ruleType: type, kind: 'equipment', severity, label },
      durationMs: Number.isFinite(atMs) ? Math.max(0, atMs - openedAtMs) : 0,
      details: { ...serviceFacts(this.#options, wear), servicedBy },
    };
  }
}

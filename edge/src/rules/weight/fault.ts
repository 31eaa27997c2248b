import type { CloseReason, EventPhase } from '../../domain/index.ts';
import type { WeightCondition } from './weighing.ts';

/** When the fault opens, goes on and closes. `clearItems`: items in a row without it. */
export interface FaultLimits {
  readonly clearItems: number;
  readonly updateEveryMs: number;
  readonly maxUnobservedMs: number;
}

export interface FaultStep {
  readonly phase: EventPhase;
  readonly reason?: CloseReason;
}

/** The life of one fault: judged by items, not by time, because items come as they come. */
export class Fault {
  readonly condition: WeightCondition;
  readonly #limits: FaultLimits;
  #openedAtMs: number | undefined;
  #latestTrueMs = 0;
  #latestItemMs = 0;
  #reportedAtMs = 0;
  #clear = 0;
  #items = 0;

  constructor(condition: WeightCondition, limits: FaultLimits) {
    this.condition = condition;
    this.#limits = limits;
  }

  get isOpen(): boolean {
    return this.#openedAtMs !== undefined;
  }

  /** Items with the fault since it opened. */
  get items(): number {
    return this.#items;
  }

  get durationMs(): number {
    return this.#openedAtMs === undefined ? 0 : this.#latestTrueMs - this.#openedAtMs;
  }

  /** One item. */
  item(atMs: number, isTrue: boolean): FaultStep | undefined {
    this.#latestItemMs = atMs;
    if (isTrue) return this.#true(atMs);
    if (this.#openedAtMs === undefined) return undefined;
    this.#clear += 1;
    return this.#clear >= this.#limits.clearItems ? { phase: 'closed', reason: 'cleared' } : undefined;
  }

  /** Nothing was weighed, or what was weighed is not known. */
  wait(atMs: number): FaultStep | undefined {
    if (this.#openedAtMs === undefined || atMs - this.#latestItemMs <= this.#limits.maxUnobservedMs) return undefined;
    return { phase: 'closed', reason: 'not_observed' };
  }

  /** To be called when its closing was reported. */
  forget(): void {
    this.#openedAtMs = undefined;
    this.#items = 0;
    this.#clear = 0;
  }

  #true(atMs: number): FaultStep | undefined {
    this.#clear = 0;
    this.#items += 1;
    this.#latestTrueMs = atMs;
    if (this.#openedAtMs === undefined) {
      this.#openedAtMs = atMs;
      this.#reportedAtMs = atMs;
      return { phase: 'opened' };
    }
    if (atMs - this.#reportedAtMs < this.#limits.updateEveryMs) return undefined;
    this.#reportedAtMs = atMs;
    return { phase: 'updated' };
  }
}

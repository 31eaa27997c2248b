import { rmSync } from 'node:fs';
import type { Accounts } from './accounts.ts';

/** What a scenario is given. */
export interface ScenarioOptions {
  /** About so long it may generate load; draining comes on top. */
  readonly seconds: number;
  readonly seed: number;
  /** Of its own, empty. */
  readonly folder: string;
  readonly log: (line: string) => void;
}

/** What came of a scenario. Every number that was ever given is committed, queued, declared lost, or unexplained. */
export interface ScenarioResult extends Accounts {
  readonly name: string;
  /** Records that arrived at the collector again, as far as surviving collectors counted them. */
  readonly duplicatesRejected: number;
  readonly kills: number;
  readonly drainSeconds: number;
  /** Most bytes of journal and WAL on the device's disk, and of its memory. */
  readonly peakBytes: number;
  readonly peakRssBytes: number;
  /** Figures of this scenario alone. */
  readonly facts: Readonly<Record<string, number | string>>;
}

/** A scenario that this machine cannot run, and why. */
export interface Skipped {
  readonly name: string;
  readonly skipped: string;
}

export interface Scenario {
  readonly name: string;
  readonly what: string;
  /** Fraction of the run's total time. */
  readonly share: number;
  run(options: ScenarioOptions): Promise<ScenarioResult | Skipped>;
}

export const NOTHING: Omit<ScenarioResult, 'name'> = {
  generated: 0,
  committed: 0,
  queued: 0,
  declaredLost: 0,
  unexplained: 0,
  doubleRows: 0,
  findings: [],
  duplicatesRejected: 0,
  kills: 0,
  drainSeconds: 0,
  peakBytes: 0,
  peakRssBytes: 0,
  facts: {},
};

/** One row for several arms of a scenario. */
export function together(name: string, arms: readonly Omit<ScenarioResult, 'name'>[]): ScenarioResult {
  const sum = (of: (arm: Omit<ScenarioResult, 'name'>) => number): number =>
    arms.reduce((total, arm) => total + of(arm), 0);
  const most = (of: (arm: Omit<ScenarioResult, 'name'>) => number): number => Math.max(0, ...arms.map(of));
  return {
    name,
    generated: sum((arm) => arm.generated),
    committed: sum((arm) => arm.committed),
    queued: sum((arm) => arm.queued),
    declaredLost: sum((arm) => arm.declaredLost),
    unexplained: sum((arm) => arm.unexplained),
    doubleRows: sum((arm) => arm.doubleRows),
    duplicatesRejected: sum((arm) => arm.duplicatesRejected),
    kills: sum((arm) => arm.kills),
    drainSeconds: sum((arm) => arm.drainSeconds),
    peakBytes: most((arm) => arm.peakBytes),
    peakRssBytes: most((arm) => arm.peakRssBytes),
    findings: arms.flatMap((arm) => arm.findings),
    facts: Object.assign({}, ...arms.map((arm) => arm.facts)) as ScenarioResult['facts'],
  };
}

/** Scenarios leave large files; they go as soon as they are counted. */
export function clear(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

import { type LoadedConfig, loadConfig } from '../config/index.ts';
import {
  type AccuracyFigures,
  accuracyFigures,
  judgeEvents,
  readTruthFile,
  ReportedEvents,
  type TrueEvent,
  trueEvents,
} from '../event-accuracy/index.ts';
import { definitionOf } from '../rules/index.ts';
import type { Context } from './context.ts';
import { textTable } from './text/text-table.ts';

/** Figures of one kind of event in a replay. */
export interface KindAccuracy extends AccuracyFigures {
  readonly kind: string;
}

/** Compares the events of one replay with what really happened. */
export class ReplayJudge {
  readonly reports = new ReportedEvents();
  readonly #truths: readonly TrueEvent[];
  readonly #loaded: LoadedConfig;

  private constructor(truths: readonly TrueEvent[], loaded: LoadedConfig) {
    this.#truths = truths;
    this.#loaded = loaded;
  }

  /**
   * Reads the truth; incidents that name no camera are those of `camera`. Throws LinesideError for a truth file that
   * cannot be used, ConfigError.
   */
  static async open(context: Context, truthPath: string, camera: string): Promise<ReplayJudge> {
    const truths = trueEvents(await readTruthFile(truthPath), camera);
    return new ReplayJudge(truths, await loadConfig(context.configPath, await context.configSources()));
  }

  /** Figures kind by kind. Kinds of which the truth names nothing are judged as well: all of their events are wrong. */
  accuracy(recordedMs: number): readonly KindAccuracy[] {
    const reports = this.reports.all();
    const kinds = new Set([...this.#truths, ...reports].map(({ kind }) => kind));
    return [...kinds].sort().map((kind) => {
      const judgement = judgeEvents(
        this.#truths.filter((truth) => truth.kind === kind),
        reports.filter((report) => report.kind === kind),
        { recordedMs, ...delaysOfKind(this.#loaded, kind) },
      );
      return { kind, ...accuracyFigures([judgement]) };
    });
  }
}

/** Of several rules of one kind, the one that may open first and the one that closes last. */
function delaysOfKind({ config }: LoadedConfig, kind: string): { ruleDelayMs: number; clearAfterMs: number } {
  const rules = config.rules.filter(({ type }) => definitionOf(type)?.kind === kind);
  const [first = 0] = rules.map((rule) => ('minDuration' in rule ? rule.minDuration.ms : 0)).sort((a, b) => a - b);
  return {
    ruleDelayMs: first,
    clearAfterMs: Math.max(0, ...rules.map((rule) => ('clearAfter' in rule ? rule.clearAfter.ms : 0))),
  };
}

export function accuracyText(accuracy: readonly KindAccuracy[]): string {
  const rate = (value: number | null): string => (value === null ? '-' : value.toFixed(3));
  const delay = (value: number | null): string => (value === null ? '-' : `${(value / 1000).toFixed(1)} s`);
  const columns = ['events', 'true', 'right', 'missed', 'wrong', 'doubles', 'precision', 'recall', 'delay p50', 'p95'];
  const rows = accuracy.map((row) => [
    row.kind,
    ...[row.truth, row.matched, row.missed, row.wrong, row.doubles].map(String),
    rate(row.precision),
    rate(row.recall),
    delay(row.delayP50Ms),
    delay(row.delayP95Ms),
  ]);
  return rows.length === 0 ? 'no events, true or reported' : textTable({ columns, rows });
}

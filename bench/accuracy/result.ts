import { cpus } from 'node:os';
import { type AccuracyFigures, accuracyFigures, type Judgement } from '../../edge/src/event-accuracy/index.ts';
import type { Cell } from './cells.ts';
import type { FilmCount, FilmResult } from './films.ts';
import type { CellMeasurement } from './measure-cell.ts';
import type { MeasuredModel, ModelFigure } from './model-figures.ts';
import type { PackRow } from './packs/judge-packs.ts';

/** One row: a kind of event under one condition, or under `all` conditions together. */
export interface EventRow extends AccuracyFigures {
  readonly kind: string;
  readonly eventKind: string;
  readonly condition: string;
  /** Seconds of twin time, and the seed that they were drawn from. */
  readonly seconds: number;
  readonly seed: number | null;
  readonly losses: readonly Loss[];
}

/** One event that was not as it should be, with where to look at it. */
export interface Loss {
  readonly what: 'missed' | 'wrong' | 'double' | 'unclosed';
  readonly condition: string;
  readonly atSeconds: number;
  readonly subject: string;
}

/** Everything that one run measured; docs/accuracy.md is made from it. */
export interface AccuracyResult {
  readonly secondsPerKind: number;
  readonly goals: typeof GOALS;
  readonly events: readonly EventRow[];
  /** Packs that were read and judged one by one; absent in results of versions that did not read. */
  readonly packs?: readonly PackRow[];
  readonly films: readonly FilmResult[];
  readonly counts: readonly FilmCount[];
  readonly models: readonly ModelFigure[];
  readonly modelVersions: readonly MeasuredModel[];
  /** Kinds that were measured earlier, with other models than these. */
  readonly kept?: readonly KeptKinds[];
  readonly machine: { readonly cpu: string; readonly cores: number; readonly node: string };
}

export interface KeptKinds {
  readonly kinds: readonly string[];
  readonly modelVersions: readonly MeasuredModel[];
}

/** What the figures are held against. */
export const GOALS = {
  precision: 0.98,
  recall: 0.98,
  delayP95Ms: 1000,
  doubles: 0,
  truth: 20,
  falseEventsIn10MinutesOfFilm: 1,
} as const;

/** The rows of one kind: each condition, then `all` of them together. */
export function rowsOf(
  measured: readonly { readonly cell: Cell; readonly measurement: CellMeasurement }[],
): EventRow[] {
  const rows = measured.map(
    ({ cell, measurement: { judgement } }): EventRow => ({
      ...identity(cell),
      condition: cell.condition.id,
      seconds: cell.seconds,
      seed: cell.seed,
      ...accuracyFigures([judgement]),
      losses: lossesOf(judgement, cell.condition.id),
    }),
  );
  const [first] = measured;
  if (first === undefined) return rows;
  const together: EventRow = {
    ...identity(first.cell),
    condition: 'all',
    seconds: rows.reduce((sum, { seconds }) => sum + seconds, 0),
    seed: null,
    ...accuracyFigures(measured.map(({ measurement }) => measurement.judgement)),
    losses: [],
  };
  return [...rows, together];
}

function identity({ kind }: Cell): { kind: string; eventKind: string } {
  return { kind: kind.id, eventKind: kind.eventKind };
}

/** Of each sort, the first so many are written down; the counts of a row are complete. */
const MOST_LOSSES = 20;

function lossesOf(judgement: Judgement, condition: string): readonly Loss[] {
  const seconds = (ms: number): number => Math.round(ms / 100) / 10;
  const missed = judgement.missed.map(({ inspectableFromMs, id }) => ({
    what: 'missed' as const,
    ms: inspectableFromMs,
    subject: id,
  }));
  const wrong = judgement.wrong.map(({ openedMs, label }) => ({
    what: 'wrong' as const,
    ms: openedMs,
    subject: label,
  }));
  const doubles = judgement.doubles.map(({ openedMs, label }) => ({
    what: 'double' as const,
    ms: openedMs,
    subject: label,
  }));
  const unclosed = judgement.unclosed.map(({ truth }) => ({
    what: 'unclosed' as const,
    ms: truth.endMs,
    subject: truth.id,
  }));
  const first = <T>(all: readonly T[]): readonly T[] => all.slice(0, MOST_LOSSES);
  return [...first(missed), ...first(wrong), ...first(doubles), ...first(unclosed)]
    .map(({ what, ms, subject }) => ({ what, condition, atSeconds: seconds(ms), subject }))
    .sort((a, b) => a.atSeconds - b.atSeconds);
}

export function machineFacts(): AccuracyResult['machine'] {
  return { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.versions.node };
}

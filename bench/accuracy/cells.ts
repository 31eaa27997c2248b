import { type Condition, conditionOf } from './conditions.ts';
import { KINDS, type MeasuredKind } from './kinds.ts';

/** One measurement: a kind of event under one condition, for so many seconds of twin time. */
export interface Cell {
  /** `spill.dark` */
  readonly id: string;
  readonly kind: MeasuredKind;
  readonly condition: Condition;
  readonly seed: number;
  readonly seconds: number;
}

export interface CellChoice {
  readonly kinds?: readonly string[];
  readonly conditions?: readonly string[];
  readonly seed: number;
  /** Twin time of each kind, divided among its conditions. */
  readonly secondsPerKind: number;
  /** Only the first conditions of each kind. */
  readonly mostConditions?: number;
}

/** Seeds below are those of the demonstration and of training pictures. */
export const FIRST_UNSEEN_SEED = 90_001;

/** All cells of a run, kind by kind. Each has a seed of its own, so that no two show the same hall and people. */
export function cellsOf(choice: CellChoice): readonly Cell[] {
  return KINDS.filter(({ id }) => choice.kinds?.includes(id) ?? true).flatMap((kind) => {
    const all = kind.conditions.slice(0, choice.mostConditions);
    const seconds = Math.ceil(choice.secondsPerKind / all.length);
    const wanted =
      choice.conditions === undefined ? all : kind.conditions.filter((id) => choice.conditions?.includes(id));
    return wanted.map((id) => ({
      id: `${kind.id}.${id}`,
      kind,
      condition: conditionOf(id),
      seed: choice.seed + 100 * KINDS.indexOf(kind) + kind.conditions.indexOf(id),
      seconds,
    }));
  });
}

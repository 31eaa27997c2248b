import { type Condition, conditionOf } from './conditions.ts';
import { KINDS, type MeasuredKind } from './kinds.ts';
import { type MeasuredScene, SCENES } from './scenes.ts';

/** One measurement: a kind of event under one condition, for so many seconds of twin time. */
export interface Cell {
  /** `spill.dark` */
  readonly id: string;
  readonly kind: MeasuredKind;
  readonly scene: MeasuredScene;
  readonly condition: Condition;
  readonly seed: number;
  readonly seconds: number;
}

export interface CellChoice {
  readonly kinds?: readonly string[];
  readonly conditions?: readonly string[];
  readonly seed: number;
  /** Twin time of each scene, divided among its conditions. */
  readonly secondsPerKind: number;
  /** Only the first conditions of each kind. */
  readonly mostConditions?: number;
}

/** Seeds below are those of the demonstration and of training pictures. */
export const FIRST_UNSEEN_SEED = 90_001;

/** Signals cost so much less than pictures that a scene without pictures gets this many times as much twin time. */
export const SIGNALS_FACTOR = 24;

/** All cells of a run, kind by kind. Kinds of one scene share its films; no two films show the same people and products. */
export function cellsOf(choice: CellChoice): readonly Cell[] {
  return KINDS.filter(({ id }) => choice.kinds?.includes(id) ?? true).flatMap((kind) =>
    kind.scenes.flatMap((scene) => {
      const all = scene.conditions.slice(0, choice.mostConditions);
      const factor = scene.medium === 'signals' ? SIGNALS_FACTOR : 1;
      const seconds = Math.ceil((factor * choice.secondsPerKind) / all.length);
      const wanted =
        choice.conditions === undefined ? all : scene.conditions.filter((id) => choice.conditions?.includes(id));
      return wanted.map((id) => ({
        ...{ id: `${kind.id}.${id}`, kind, scene, condition: conditionOf(id) },
        seed: choice.seed + 100 * SCENES.indexOf(scene) + scene.conditions.indexOf(id),
        seconds,
      }));
    }),
  );
}

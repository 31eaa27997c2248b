import type { OutputLayout, OutputOptions } from '../form/index.ts';

/** One way to read a graph's outputs as a family. */
export interface Reading {
  /** Names of the outputs in the order of the family's roles. */
  readonly outputs: readonly string[];
  readonly layout?: OutputLayout;
  readonly options?: OutputOptions;
  /** Classes for which the outputs have columns, the background included; undefined where they do not show it. */
  readonly classes?: number;
  /** Family whose image preparation holds, where it is not its own. */
  readonly imagesAs?: string;
  /** One score stands for two classes: it is that of the second, and 1 - score that of the first. */
  readonly complement?: true;
  /** Nothing but the shape speaks for it, and other kinds of models have the same: it must be asked for. */
  readonly uncertain?: true;
  readonly reason: string;
  /** 3: the file says so; 2: only this family has such outputs; 1: others look alike. */
  readonly confidence: 1 | 2 | 3;
}

import type { Family } from '../families/index.ts';
import type { Manifest, Task } from '../manifest.ts';
import { makersOf } from './graph-facts.ts';
import type { ModelHints } from './metadata.ts';
import type { OnnxModel, OnnxValue } from './model.ts';
import { FAMILY_RULES } from './family-rules.ts';

/** How an output is probably read. */
export interface FamilyGuess {
  readonly family: Family;
  readonly task: Task;
  /** Names of the outputs in the order of the family's roles. */
  readonly outputs: readonly string[];
  readonly layout?: 'attributes_first' | 'anchors_first';
  readonly options?: NonNullable<Manifest['output']['options']>;
  /** Classes that the outputs have room for, the background included; undefined where they do not say. */
  readonly classes?: number;
  /** Family whose convention holds for pictures, where it is not its own. */
  readonly pictures?: Family;
  readonly reason: string;
  /** 3: the file says so; 2: only this family has such outputs; 1: others look alike. */
  readonly confidence: 1 | 2 | 3;
}

/** What a guess rests on. */
export interface GuessFacts {
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly hasSizesInput: boolean;
  /** With the shapes that a run gave, where there was one. */
  readonly outputs: readonly OnnxValue[];
  readonly hints: ModelHints;
  /** Number of labels, where it is known. */
  readonly labels: number | undefined;
  /** Operators that made an output's numbers. */
  readonly makers: (output: string) => ReadonlySet<string>;
}

/** Facts of a model whose outputs are `outputs` for pictures of this size. */
export function guessFacts(model: OnnxModel, rest: Omit<GuessFacts, 'makers'>): GuessFacts {
  return { ...rest, makers: (output) => makersOf(model, output) };
}

/** Every family that the outputs fit, the most probable first; none where there is none. */
export function guessFamilies(facts: GuessFacts): readonly FamilyGuess[] {
  return FAMILY_RULES.flatMap((rule) => rule(facts)).sort((a, b) => b.confidence - a.confidence);
}

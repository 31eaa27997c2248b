import type { HourOfPacks } from '../../domain/index.ts';
import type { RuleMemory } from '../rule-definition.ts';

/** What the rule keeps when the process ends. */
export interface Kept {
  readonly recipe?: string | undefined;
  /** Contrast of the first packs of the recipe, by field. */
  readonly contrast: Readonly<Record<string, number>>;
  readonly hours: readonly HourOfPacks[];
}

/** What an earlier run kept; undefined where it is nothing that can be used. */
export function readKept(memory: RuleMemory | undefined): Kept | undefined {
  const value = memory?.get();
  if (!isRecord(value)) return undefined;
  const { recipe, contrast, hours } = value;
  return {
    recipe: typeof recipe === 'string' ? recipe : undefined,
    contrast: numbersOf(contrast),
    hours: Array.isArray(hours) ? hours.flatMap((hour: unknown) => hourOf(hour) ?? []) : [],
  };
}

function hourOf(value: unknown): HourOfPacks | undefined {
  if (!isRecord(value)) return undefined;
  const { fromMs, packs, read } = value;
  return typeof fromMs === 'number' && typeof packs === 'number' ? { fromMs, packs, read: numbersOf(read) } : undefined;
}

function numbersOf(value: unknown): Readonly<Record<string, number>> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import type { SpillOptions } from './options.ts';

/** What lies on the floor. */
export type Matter = 'liquid' | 'scattered_goods' | 'litter' | 'other';

/** What labels of these names usually are. */
const USUAL: Readonly<Record<string, Matter>> = {
  ...{ spill: 'liquid', puddle: 'liquid', leak: 'liquid', liquid: 'liquid', water: 'liquid' },
  ...{ scatter: 'scattered_goods', scattered: 'scattered_goods', powder: 'scattered_goods', grain: 'scattered_goods' },
  ...{ litter: 'litter', trash: 'litter', garbage: 'litter', wrapper: 'litter' },
};

/** Every label that a rule reads as something that must not lie there. */
export function subjectLabels(options: SpillOptions): readonly string[] {
  const { labels, liquidLabels = [], scatteredLabels = [], litterLabels = [] } = options;
  return [...new Set([...labels, ...liquidLabels, ...scatteredLabels, ...litterLabels])];
}

export function matterOf(label: string, options: SpillOptions): Matter {
  const { liquidLabels, scatteredLabels, litterLabels } = options;
  if (liquidLabels?.includes(label) === true) return 'liquid';
  if (scatteredLabels?.includes(label) === true) return 'scattered_goods';
  if (litterLabels?.includes(label) === true) return 'litter';
  return USUAL[label] ?? 'other';
}

import type { Manifest } from '@lineside/models';
import type { Done } from './build.ts';
import type { Analysis } from './analyse.ts';

/** The outcome of an import. */
export interface ImportReport {
  readonly id: string;
  readonly dir: string;
  readonly task: string;
  readonly family: string;
  readonly reason: string;
  readonly alternatives: readonly string[];
  readonly labels: number;
  readonly input: Manifest['input'];
  readonly prepared: boolean;
  readonly unprepared?: string;
  /** Largest difference between prepared and original, as a fraction of an output's range. */
  readonly difference?: number;
  readonly pictures: number;
  readonly golden: number;
  readonly found: number;
  readonly degraded?: string;
  readonly notes: readonly string[];
}

export function reportOf(
  dir: string,
  { manifest, preparation, pictures, found, notes }: Done,
  analysis: Analysis,
): ImportReport {
  const { id, task, output, labels, input, degraded, golden } = manifest;
  return {
    ...{ id, dir, task, family: output.family, reason: analysis.guess.reason },
    alternatives: [...new Set(analysis.alternatives.map(({ family }) => family))],
    labels: labels.length,
    input,
    prepared: preparation.prepared,
    ...(preparation.prepared ? { difference: preparation.difference } : { unprepared: preparation.reason }),
    ...{ pictures, golden: golden.length, found },
    ...(degraded === undefined ? {} : { degraded: degraded.reason }),
    notes,
  };
}

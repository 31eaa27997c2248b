import type { Manifest } from '@lineside/models';
import type { Done } from './build.ts';
import type { Study } from './study.ts';

/** What an import says with --json. */
interface ImportAnswer {
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
  /** Largest difference between prepared and original, as a share of an output's range. */
  readonly difference?: number;
  readonly pictures: number;
  readonly golden: number;
  readonly found: number;
  readonly degraded?: string;
  readonly notes: readonly string[];
}

export function answerOf(
  dir: string,
  { manifest, preparation, pictures, found, notes }: Done,
  study: Study,
): ImportAnswer {
  const { id, task, output, labels, input, degraded, golden } = manifest;
  return {
    ...{ id, dir, task, family: output.family, reason: study.guess.reason },
    alternatives: [...new Set(study.alternatives.map(({ family }) => family))],
    labels: labels.length,
    input,
    prepared: preparation.prepared,
    ...(preparation.prepared ? { difference: preparation.difference } : { unprepared: preparation.reason }),
    ...{ pictures, golden: golden.length, found },
    ...(degraded === undefined ? {} : { degraded: degraded.reason }),
    notes,
  };
}

export function textOf(answer: ImportAnswer): string {
  const { input, prepared, difference = 0, pictures } = answer;
  const run = prepared
    ? `prepared: takes the camera's bytes; largest difference to the original on ${pictures} pictures ${difference.toPrecision(1)} of the range`
    : `runs as it was given: ${answer.unprepared ?? ''}`;
  return [
    `${answer.family} (${answer.task}), ${answer.labels} labels, ${input.width}x${input.height}: ${answer.reason}`,
    ...(answer.alternatives.length > 0 ? [`could also be ${answer.alternatives.join(', ')} (--family)`] : []),
    run,
    `golden pictures: ${answer.golden}, with ${answer.found} detections`,
    ...(answer.degraded === undefined ? [] : [`DEGRADED: ${answer.degraded}; every result will say so`]),
    ...answer.notes.map((note) => `note: ${note}`),
    `wrote ${answer.dir}`,
    `Try it: lineside detect --model ${answer.dir} --draw out picture.jpg`,
  ].join('\n');
}

import { basename } from 'node:path';
import { printable } from '@lineside/kit';
import type { Manifest } from '@lineside/models';
import type { Preparation } from './prepared.ts';
import type { ImportRequest } from './request.ts';
import type { Analysis } from './analyse.ts';

/** The draft of a model's card: what is known about the model, and what its owner must add. */
export function cardOf(
  manifest: Manifest,
  analysis: Analysis,
  preparation: Preparation,
  request: ImportRequest,
): string {
  const { input, output, labels, thresholds, original } = manifest;
  const { form, guess, inspection, notes, runs } = analysis;
  const labelled = labels.length > 12 ? `${labels.slice(0, 12).join(', ')}, ... (${labels.length})` : labels.join(', ');
  const difference = preparation.prepared ? preparation.difference : 0;
  const run = preparation.prepared
    ? `prepared: takes the camera's pixels; on ${runs.length} images its outputs differ from the original's by at most ${difference.toPrecision(1)} of their range`
    : `unchanged, because ${preparation.reason}`;
  const lines = [
    `# ${manifest.id} ${manifest.version}`,
    '',
    ...(manifest.degraded === undefined
      ? []
      : [`**Suspect: ${manifest.degraded.reason}.** Every result is marked degraded.`, '']),
    `- File: \`${printable(basename(request.file))}\`, SHA-256 \`${original?.sha256 ?? ''}\`, made by ${inspection.producer || 'an unknown tool'}`,
    `- Task: ${manifest.task}, read as ${output.family}: ${guess.reason}`,
    `- Input: ${input.width}x${input.height} ${form.color.toUpperCase()}, (pixel - ${triple(form.mean)}) / ${triple(form.std)}`,
    `- Runs ${run}`,
    `- Labels: ${labelled}`,
    `- Thresholds: score ${thresholds.score}, IoU ${thresholds.iou}`,
    `- Licence: ${manifest.licence}`,
    ...notes.map((note) => `- Assumed: ${note}`),
    '',
    '## To be added',
    '',
    'Its purpose and its limits; the images it was trained on; its metrics on images of this line',
    '(`lineside model eval`); who is responsible for it.',
    '',
  ];
  return lines.join('\n');
}

function triple(values: readonly number[]): string {
  const [first] = values;
  return values.every((value) => value === first) ? String(first) : `[${values.join(', ')}]`;
}

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type FamilyName, Manifest, readNames } from '@lineside/models';
import { systemCode } from '@lineside/kit';
import type { Channels, Fit, ImportRequest, OutputOptions, Size } from '../model-import/index.ts';
import { UsageError } from './errors.ts';

/** Options of `lineside model import` as the command line gives them. */
export interface ImportOptions {
  readonly id: string;
  readonly family?: FamilyName;
  readonly labels?: string;
  readonly inputLayout?: 'nchw' | 'nhwc';
  readonly mean?: Channels;
  readonly std?: Channels;
  readonly scale?: number;
  readonly color?: 'rgb' | 'bgr';
  readonly size?: Size;
  readonly fit?: Fit;
  readonly score?: number;
  readonly iou?: number;
  readonly batch?: number;
  readonly outputs?: string;
  readonly outputLayout?: 'attributes_first' | 'anchors_first';
  readonly outputOptions?: string;
  readonly golden?: readonly string[];
  readonly out?: string;
  readonly modelVersion: string;
  readonly licence?: string;
  readonly force?: boolean;
  readonly replace?: boolean;
}

/** Options in the manifest's terms. Throws UsageError. */
export async function readRequest(file: string, options: ImportOptions, cwd: string): Promise<ImportRequest> {
  if (!Manifest.shape.id.safeParse(options.id).success) {
    throw new UsageError(`--id ${options.id} is no id`, 'use lower-case letters, digits and dashes, such as caps-2');
  }
  return {
    file: resolve(cwd, file),
    id: options.id,
    version: options.modelVersion,
    family: options.family,
    labels: options.labels === undefined ? undefined : await readLabels(options.labels, cwd),
    layout: options.inputLayout,
    scaling: readScaling(options),
    color: options.color,
    size: options.size,
    fit: options.fit,
    score: options.score,
    iou: options.iou,
    batch: options.batch === 1 ? undefined : options.batch,
    outputs: options.outputs?.split(',').map((name) => name.trim()),
    outputLayout: options.outputLayout,
    outputOptions: readOutputOptions(options.outputOptions),
    golden: (options.golden ?? []).map((path) => resolve(cwd, path)),
    licence: options.licence,
    force: options.force === true,
  };
}

/** Labels with commas between, or a file: one per line, or a Python or JSON literal. */
async function readLabels(text: string, cwd: string): Promise<readonly string[]> {
  const content = await readFile(resolve(cwd, text), 'utf8').catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT' && !text.includes('/')) return text;
    throw new UsageError(`--labels ${text} cannot be read`, 'write labels as a,b,c or name a file with one per line');
  });
  const labels = readNames(content.trim());
  if (labels !== undefined) return labels;
  throw new UsageError(`--labels ${text} has no labels`, 'write labels as a,b,c or name a file with one per line');
}

/**
 * `(pixel * scale - mean) / std`, as training frameworks state it, in the manifest's terms: mean and std on 0..255.
 * Without a scale, a mean and std within 0..1 are meant for pixels from 0 to 1.
 */
export function readScaling({
  mean,
  std,
  scale,
}: Pick<ImportOptions, 'mean' | 'std' | 'scale'>): ImportRequest['scaling'] {
  if (mean === undefined && std === undefined && scale === undefined) return undefined;
  const small = [...(mean ?? []), ...(std ?? [])].every((value) => Math.abs(value) <= 1);
  const factor = scale ?? (small ? 1 / 255 : 1);
  const by = (values: Channels): Channels => [
    tidy(values[0] / factor),
    tidy(values[1] / factor),
    tidy(values[2] / factor),
  ];
  return { mean: by(mean ?? [0, 0, 0]), std: by(std ?? [1, 1, 1]) };
}

/** 1 / (1 / 255) is 255 and not 254.99999999999997. */
function tidy(value: number): number {
  return Number(value.toPrecision(12));
}

function readOutputOptions(text: string | undefined): OutputOptions | undefined {
  if (text === undefined) return undefined;
  try {
    const parsed = Manifest.shape.output.shape.options.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw new UsageError(
      `--output-options: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
      'docs/models.md names them',
    );
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UsageError('--output-options is not JSON', `write for example '{"strides": [8, 16, 32]}'`);
  }
}

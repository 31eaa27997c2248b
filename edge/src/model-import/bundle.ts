import { createHash } from 'node:crypto';
import { copyFile, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { familyOf, type GoldenExpectation, MANIFEST_FILE, type Manifest, sha256File } from '@lineside/models';
import { LinesideError, systemCode } from '@lineside/kit';
import { cardOf } from './card.ts';
import type { TrialImage } from './images.ts';
import type { Preparation } from './prepared.ts';
import type { ImportRequest } from './request.ts';
import type { Analysis } from './analyse.ts';

const MODEL_FILE = 'model.onnx';
const ORIGINAL_DIR = 'original';

/** The parts of a bundle. */
export interface BundleParts {
  readonly request: ImportRequest;
  readonly analysis: Analysis;
  readonly preparation: Preparation;
  readonly degraded: string | undefined;
  readonly golden: readonly { readonly picture: TrialImage; readonly expectation: GoldenExpectation }[];
}

/** The manifest of the unchanged original; also that of a bundle that could not be prepared. */
export function originalManifest({ request, analysis }: Pick<BundleParts, 'request' | 'analysis'>): Manifest {
  const { guess, form, convention, labels, inspection, inputs, whole } = analysis;
  const [first = ''] = guess.outputs;
  const { type, layout, name } = inputs.image;
  const scaling = type === 'uint8' ? {} : { mean: [...form.mean], std: [...form.std] };
  return {
    schema: 1,
    id: request.id,
    version: request.version,
    task: guess.task,
    file: MODEL_FILE,
    sha256: sha256(whole.bytes),
    input: {
      name,
      type: type === 'uint8' ? 'uint8' : 'float32',
      layout,
      width: form.width,
      height: form.height,
      color: form.color,
      ...(scaling as Pick<Manifest['input'], 'mean' | 'std'>),
      letterbox: { ...convention.letterbox },
      ...(request.batch === undefined ? {} : { batch: request.batch }),
    },
    ...(inputs.sizes === undefined ? {} : { extraInputs: [{ ...inputs.sizes, kind: 'orig_target_sizes' as const }] }),
    output: {
      name: first,
      family: guess.family,
      ...(guess.outputs.length > 1 ? { names: [...guess.outputs] } : {}),
      ...(guess.layout === undefined ? {} : { layout: guess.layout }),
      ...(guess.options === undefined ? {} : { options: guess.options }),
    },
    labels: [...labels],
    thresholds: {
      score: request.score ?? convention.thresholds.score,
      iou: request.iou ?? convention.thresholds.iou,
    },
    golden: [],
    licence: (request.licence ?? inspection.hints.licence ?? 'unknown').slice(0, 256),
  };
}

/** The manifest of the graph that runs, prepared or not. */
export function runningManifest(parts: Omit<BundleParts, 'golden'>): Manifest {
  const { analysis, preparation, degraded } = parts;
  const plain = originalManifest(parts);
  const mark = degraded === undefined ? {} : { degraded: { reason: degraded } };
  if (!preparation.prepared) return { ...plain, ...mark };
  const { mean, std, ...input } = plain.input;
  const again = familyOf(analysis.guess.family).reconstructsInput === true;
  // Only the output of an autoencoder is an image, on the scale of the graph.
  const scaling = again && mean !== undefined && std !== undefined ? { mean, std } : {};
  const color = again ? analysis.form.color : ('rgb' as const);
  return {
    ...plain,
    sha256: sha256(preparation.bytes),
    input: { ...input, name: preparation.input, type: 'uint8', layout: 'nhwc', color, ...scaling },
    ...mark,
  };
}

/** Writes a bundle next to `dir` and moves it there when it is complete. Returns its manifest. */
export async function writeBundle(dir: string, parts: BundleParts): Promise<Manifest> {
  const { request, analysis, preparation, golden } = parts;
  const building = `${dir}.new`;
  try {
    await rm(building, { recursive: true, force: true });
    await mkdir(join(building, 'golden'), { recursive: true });
    const bytes = preparation.prepared ? preparation.bytes : analysis.whole.bytes;
    await writeFile(join(building, MODEL_FILE), bytes);
    const original = await keepOriginal(building, parts);
    const manifest: Manifest = {
      ...runningManifest(parts),
      golden: await Promise.all(golden.map((one, i) => keepGolden(building, i, one))),
      original,
    };
    await writeFile(join(building, MANIFEST_FILE), `${JSON.stringify(manifest, undefined, 2)}\n`);
    await writeFile(join(building, 'labels.txt'), `${manifest.labels.join('\n')}\n`);
    await writeFile(join(building, 'CARD.md'), cardOf(manifest, analysis, preparation, request));
    await moveInto(building, dir);
    return manifest;
  } catch (error) {
    await rm(building, { recursive: true, force: true }).catch(() => undefined);
    if (!['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) throw error;
    const message = `${dir} cannot be written: ${systemCode(error) ?? ''}`;
    const advice = 'name a folder of yours with --out, or the data folder with --data';
    throw new LinesideError({ code: 'data_folder_unwritable', message, advice, cause: error });
  }
}

/** Copies the original with its files of weights, unless the bundle's model is that same file. */
async function keepOriginal(
  building: string,
  { request, analysis, preparation }: BundleParts,
): Promise<NonNullable<Manifest['original']>> {
  const hash = await sha256File(request.file);
  if (!preparation.prepared && analysis.whole.path === request.file) {
    return { sha256: hash, prepared: false, reason: preparation.reason };
  }
  const kept = join(building, ORIGINAL_DIR);
  const file = basename(request.file);
  await mkdir(kept);
  await copyFile(request.file, join(kept, file));
  for (const { location } of analysis.inspection.external) {
    await mkdir(dirname(join(kept, location)), { recursive: true });
    await copyFile(join(dirname(request.file), location), join(kept, location));
  }
  const reason = preparation.prepared ? {} : { reason: preparation.reason };
  return { file: `${ORIGINAL_DIR}/${file}`, sha256: hash, prepared: preparation.prepared, ...reason };
}

async function keepGolden(
  building: string,
  index: number,
  { picture, expectation }: BundleParts['golden'][number],
): Promise<Manifest['golden'][number]> {
  const name = `golden/${String(index + 1).padStart(2, '0')}`;
  const image = `${name}${extname(picture.path).toLowerCase()}`;
  await copyFile(picture.path, join(building, image));
  await writeFile(join(building, `${name}.json`), `${JSON.stringify(expectation, undefined, 1)}\n`);
  return { image, expect: `${name}.json` };
}

async function moveInto(building: string, dir: string): Promise<void> {
  const old = `${dir}.old`;
  await rm(old, { recursive: true, force: true });
  if ((await stat(dir).catch(() => undefined)) !== undefined) await rename(dir, old);
  await rename(building, dir);
  await rm(old, { recursive: true, force: true });
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

import { stat } from 'node:fs/promises';
import { basename, isAbsolute, resolve } from 'node:path';
import { catalogIds } from './catalog.ts';
import { ModelError } from './errors/index.ts';
import type { Manifest } from './manifest.ts';
import type { FamilyGuess } from './families/index.ts';
import { checkOnnxFile, externalProblems, inspectOnnx, sha256File } from './onnx/index.ts';
import { verifyBundle } from './verify.ts';

export interface ModelPlaces {
  readonly catalogDir: string;
  /** Where imported models lie; they come before those of the catalog with the same id. */
  readonly importedDir?: string;
  /** Where relative paths start: the configuration file's folder, or the working folder of a command. */
  readonly baseDir: string;
}

/** A model that was found and checked, not yet loaded. A `file` brings no manifest: how to read it must be found out. */
export interface ModelHandle {
  readonly kind: 'bundle' | 'file';
  readonly ref: string;
  /** Id from the manifest, or the file's name without `.onnx`. */
  readonly id: string;
  readonly manifest?: Manifest;
  readonly onnxPath: string;
  readonly sha256: string;
  /** Of a `file`: the classes that its metadata names. */
  readonly labels?: readonly string[];
}

/**
 * Locates what `ref` names: an `.onnx` file, a folder (anything with a slash), else the id of an imported model or one of
 * the catalog. Verifies it. Throws ModelError.
 */
export async function resolveModel(ref: string, places: ModelPlaces): Promise<ModelHandle> {
  if (ref.endsWith('.onnx')) return resolveFile(ref, resolve(places.baseDir, ref));
  if (isAbsolute(ref) || ref.includes('/') || ref === '.' || ref === '..') {
    return resolveBundle(ref, resolve(places.baseDir, ref));
  }
  const imported = places.importedDir === undefined ? [] : await catalogIds(places.importedDir);
  if (imported.includes(ref)) return resolveBundle(ref, resolve(places.importedDir ?? '', ref));
  const ids = await catalogIds(places.catalogDir);
  if (ids.includes(ref)) return resolveBundle(ref, resolve(places.catalogDir, ref));
  const here = await isFolder(resolve(places.baseDir, ref));
  const mine = imported.length === 0 ? '' : `; imported are ${imported.join(', ')}`;
  const advice = here ? `for the folder write ./${ref}` : `the catalog has ${ids.join(', ') || 'no models'}${mine}`;
  const message = `${imported.length === 0 ? 'the catalog has' : 'there is'} no such model`;
  throw new ModelError(ref, [{ code: 'model_unknown', where: '', message, advice }]);
}

async function resolveFile(ref: string, path: string): Promise<ModelHandle> {
  const problem = await checkOnnxFile(path);
  if (problem !== undefined) throw new ModelError(ref, [{ ...problem, where: '' }]);
  const { families, hints, external } = await inspectOnnx(path);
  const outside = externalProblems(external);
  if (outside.length > 0) throw new ModelError(ref, outside);
  const other = otherFamily(families);
  if (other !== undefined) {
    const message = `is probably a ${other.family} model: ${other.reason}`;
    const advice = `lineside model import ${ref} --id ${basename(path, '.onnx')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')}`;
    throw new ModelError(ref, [{ code: 'needs_import', where: '', message, advice }]);
  }
  const labels = hints.names === undefined ? {} : { labels: hints.names };
  return { kind: 'file', ref, id: basename(path, '.onnx'), onnxPath: path, sha256: await sha256File(path), ...labels };
}

/** A bare file is read as YOLOv8's; what is more probably something else would be misread, and see things at random. */
function otherFamily(families: readonly FamilyGuess[]): FamilyGuess | undefined {
  const [best] = families;
  const yolov8 = families.find(({ family }) => family === 'yolov8');
  if (best === undefined || best.confidence < 2 || best.confidence === yolov8?.confidence) return undefined;
  return best.family === 'yolov8' ? undefined : best;
}

async function resolveBundle(ref: string, dir: string): Promise<ModelHandle> {
  if (!(await isFolder(dir))) {
    const advice = 'name a folder with a manifest.json, an .onnx file, or a model of the catalog';
    throw new ModelError(ref, [{ code: 'model_missing', where: '', message: 'there is no such folder', advice }]);
  }
  const { manifest, onnxPath, sha256 } = await verifyBundle(dir);
  return { kind: 'bundle', ref, id: manifest.id, manifest, onnxPath, sha256 };
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true;
}

import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { printable } from '@lineside/kit';
import { z } from 'zod';
import { ModelError, type ModelProblem } from './errors/index.ts';
import { GoldenExpectation, Manifest } from './manifest.ts';
import {
  checkOnnxFile,
  externalFiles,
  externalProblems,
  insideFolder,
  type LoadedOnnx,
  loadOnnx,
  sha256File,
} from './onnx/index.ts';
import { isTfjsFile, sha256Tfjs } from './tfjs-files.ts';

export const MANIFEST_FILE = 'manifest.json';

export interface VerifiedBundle {
  readonly kind: 'bundle';
  readonly dir: string;
  readonly manifest: Manifest;
  readonly onnxPath: string;
  readonly sha256: string;
}

/**
 * Checks a bundle's folder without running it: manifest, model file and its hash, labels, golden images. Throws
 * ModelError with everything that is wrong.
 */
export async function verifyBundle(dir: string): Promise<VerifiedBundle> {
  const manifest = await readManifest(dir);
  const onnxPath = join(dir, manifest.file);
  const problems = [
    ...(await checkPlaces(dir, manifest)),
    ...(await checkModelFile(onnxPath, manifest)),
    ...(await checkLabels(dir, manifest)),
    ...(await Promise.all(manifest.golden.map((golden) => checkGolden(dir, golden)))).flat(),
  ];
  if (problems.length > 0) throw new ModelError(dir, problems);
  return { kind: 'bundle', dir, manifest, onnxPath, sha256: manifest.sha256 };
}

/** Reads and checks `manifest.json` alone. Throws ModelError with every wrong key. */
export async function readManifest(dir: string): Promise<Manifest> {
  const text = await readText(join(dir, MANIFEST_FILE));
  if (text === undefined) {
    const advice = 'name the folder that holds manifest.json, or an .onnx file';
    const message = `there is no ${MANIFEST_FILE} in it`;
    throw new ModelError(dir, [{ code: 'manifest_missing', where: '', message, advice }]);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const message = 'is not JSON';
    const problem = {
      code: 'manifest_invalid',
      where: MANIFEST_FILE,
      message,
      advice: 'fetch the bundle again',
    } as const;
    throw new ModelError(dir, [problem], cause);
  }
  const parsed = Manifest.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ModelError(dir, manifestProblems(parsed.error));
}

function manifestProblems(error: z.ZodError): readonly ModelProblem[] {
  return error.issues.map((issue) => ({
    code: 'manifest_invalid',
    where: `${MANIFEST_FILE}: ${issue.path.map(String).join('.') || 'document'}`,
    message: issue.message,
    advice: 'correct the manifest; models/README.md explains each key',
  }));
}

/** Files of the bundle lie inside its folder, also after following symbolic links; a missing one is reported elsewhere. */
async function checkPlaces(dir: string, { file, golden, original }: Manifest): Promise<readonly ModelProblem[]> {
  const named = [file, original?.file ?? [], ...golden.flatMap(({ image, expect }) => [image, expect])].flat();
  const found = await Promise.all(
    named.map(async (where) => ((await insideFolder(dir, where)) === 'outside' ? [where] : [])),
  );
  return found.flat().map((where) => ({
    code: 'manifest_invalid',
    where,
    message: 'leads out of the folder of the bundle',
    advice: 'put the file itself into the bundle instead of a link to it',
  }));
}

/** Weights in other files are not covered by the hash of the model: they must at least lie in the bundle. */
async function checkExternalWeights(path: string): Promise<readonly ModelProblem[]> {
  let file: LoadedOnnx;
  try {
    file = await loadOnnx(path);
  } catch (error) {
    // What cannot be read here, ONNX Runtime refuses with a better reason.
    if (error instanceof ModelError) return [];
    throw error;
  }
  return externalProblems(await externalFiles(file));
}

async function checkModelFile(path: string, manifest: Manifest): Promise<readonly ModelProblem[]> {
  const found = isTfjsFile(manifest.file) ? await sha256Tfjs(path) : await sha256Onnx(path);
  if ('problem' in found) return [{ ...found.problem, where: manifest.file }];
  const actual = found.sha256;
  if (actual === manifest.sha256) return isTfjsFile(manifest.file) ? [] : checkExternalWeights(path);
  return [
    {
      code: 'hash_mismatch',
      where: manifest.file,
      message: `has SHA-256 ${actual.slice(0, 12)}..., the manifest says ${manifest.sha256.slice(0, 12)}...`,
      advice: 'the file was changed or damaged: fetch the bundle again',
    },
  ];
}

async function sha256Onnx(path: string): Promise<{ readonly sha256: string } | { readonly problem: ModelProblem }> {
  const problem = await checkOnnxFile(path);
  return problem === undefined ? { sha256: await sha256File(path) } : { problem };
}

/** Labels must be distinct, and where the bundle has a labels.txt it must say the same. */
async function checkLabels(dir: string, manifest: Manifest): Promise<readonly ModelProblem[]> {
  const problems: ModelProblem[] = [];
  const advice = 'one label per class, in the order of the model output';
  const twice = manifest.labels.find((label, i) => manifest.labels.indexOf(label) !== i);
  if (twice !== undefined) {
    problems.push({ code: 'labels_mismatch', where: 'labels', message: `${twice} is there twice`, advice });
  }
  const text = await readText(join(dir, 'labels.txt'));
  const listed = text
    ?.split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) => printable(line));
  if (listed !== undefined && listed.join('\n') !== manifest.labels.join('\n')) {
    const message = `has ${listed.length} labels that are not the ${manifest.labels.length} of the manifest`;
    problems.push({ code: 'labels_mismatch', where: 'labels.txt', message, advice });
  }
  return problems;
}

async function checkGolden(dir: string, golden: Manifest['golden'][number]): Promise<readonly ModelProblem[]> {
  const advice = 'fetch the bundle again; golden images prove that a model works on this box';
  const problems: ModelProblem[] = [];
  const image = await stat(join(dir, golden.image)).catch(() => undefined);
  if (image?.isFile() !== true) {
    problems.push({ code: 'golden_missing', where: golden.image, message: 'there is no such file', advice });
  }
  const text = await readText(join(dir, golden.expect));
  if (text === undefined) {
    problems.push({ code: 'golden_missing', where: golden.expect, message: 'there is no such file', advice });
  } else if (!isExpectation(text)) {
    problems.push({ code: 'golden_invalid', where: golden.expect, message: 'is not a golden expectation', advice });
  }
  return problems;
}

function isExpectation(text: string): boolean {
  try {
    return GoldenExpectation.safeParse(JSON.parse(text)).success;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR'].includes(String(error.code));
    if (absent) return undefined;
    throw error;
  }
}

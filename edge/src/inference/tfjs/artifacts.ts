import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { messageOf } from '@lineside/kit';
import { InferenceError } from '../errors.ts';

/** What TensorFlow.js expects from a loader of a model's files (its `io.ModelArtifacts`). */
export interface ModelArtifacts {
  readonly modelTopology: object;
  readonly format?: string;
  readonly weightSpecs: readonly object[];
  readonly weightData: ArrayBuffer;
  readonly signature?: object;
  readonly userDefinedMetadata?: object;
  readonly modelInitializer?: object;
}

/** Its `io.IOHandler`, for reading only. */
export interface FileHandler {
  load(): Promise<ModelArtifacts>;
}

export type TfjsKind = 'graph-model' | 'layers-model';

interface ModelJson {
  readonly kind: TfjsKind;
  readonly artifacts: Omit<ModelArtifacts, 'weightSpecs' | 'weightData'>;
  readonly groups: readonly { readonly paths: readonly string[]; readonly weights: readonly object[] }[];
}

/**
 * Reads `model.json` and the files of its weights from the same folder. TensorFlow.js's own loaders fetch by URL, or
 * need the native build.
 *
 * @throws InferenceError `model_missing` or `model_unreadable`.
 */
export async function readTfjsModel(path: string): Promise<{ readonly kind: TfjsKind; readonly files: FileHandler }> {
  const { kind, artifacts, groups } = parseModelJson(path, await textOf(path));
  const paths = groups.flatMap((group) => group.paths);
  return {
    kind,
    files: {
      load: async () => ({
        ...artifacts,
        weightSpecs: groups.flatMap((group) => group.weights),
        weightData: await joined(dirname(path), paths),
      }),
    },
  };
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new InferenceError('model_missing', `${path}: ${messageOf(error)}`, { cause: error });
  }
}

function parseModelJson(path: string, text: string): ModelJson {
  const refuse = (why: string): InferenceError =>
    new InferenceError('model_unreadable', `${path}: ${why}`, {
      advice: 'Give the folder that tensorflowjs_converter wrote: model.json with the files of its weights.',
    });
  const json = parsed(text);
  if (json === undefined) throw refuse('is not a JSON object');
  const { modelTopology, weightsManifest, format, signature, userDefinedMetadata, modelInitializer } = json;
  if (!isGroup(modelTopology)) throw refuse('has no modelTopology');
  if (!Array.isArray(weightsManifest)) throw refuse('has no weightsManifest');
  const groups = weightsManifest.map((group: unknown) => {
    const { paths, weights } = isGroup(group) ? group : {};
    if (!Array.isArray(paths) || !Array.isArray(weights)) throw refuse('has a group of weights without paths');
    const files = paths.filter((file): file is string => typeof file === 'string' && isInside(file));
    if (files.length < paths.length) throw refuse('names weights outside of its folder');
    return { paths: files, weights: weights.filter(isGroup) };
  });
  // Converters before 1.3 wrote no format; only a graph has nodes.
  const kind = format === 'graph-model' || 'node' in modelTopology ? 'graph-model' : 'layers-model';
  return {
    kind,
    groups,
    artifacts: {
      modelTopology,
      ...(typeof format === 'string' ? { format } : {}),
      ...(isGroup(signature) ? { signature } : {}),
      ...(isGroup(userDefinedMetadata) ? { userDefinedMetadata } : {}),
      ...(isGroup(modelInitializer) ? { modelInitializer } : {}),
    },
  };
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isGroup(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isInside(path: string): boolean {
  return path !== '' && !isAbsolute(path) && !path.split(/[\\/]/).includes('..');
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

async function joined(folder: string, paths: readonly string[]): Promise<ArrayBuffer> {
  const parts = await Promise.all(
    paths.map((path) =>
      readFile(join(folder, path)).catch((error: unknown) => {
        throw new InferenceError('model_missing', `weights ${path}: ${messageOf(error)}`, { cause: error });
      }),
    ),
  );
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all.buffer;
}

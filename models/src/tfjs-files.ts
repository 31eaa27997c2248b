import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { ModelProblem } from './errors/index.ts';
import { insideFolder } from './onnx/index.ts';

/** What is needed of a TensorFlow.js model's `model.json`. */
const ModelJson = z.object({ weightsManifest: z.array(z.object({ paths: z.array(z.string().min(1)) })) });

/** True for a bundle whose model is a TensorFlow.js one: `model.json` with files of weights beside it. */
export function isTfjsFile(file: string): boolean {
  return file.endsWith('.json');
}

/**
 * SHA-256 of a TensorFlow.js model: of `model.json` and then of each file of weights in the order that it names them.
 * A problem where the model is incomplete.
 */
export async function sha256Tfjs(
  path: string,
): Promise<{ readonly sha256: string } | { readonly problem: ModelProblem }> {
  const advice = 'copy the complete folder that tensorflowjs_converter wrote';
  const text = await readFile(path).catch(() => undefined);
  const files = text === undefined ? undefined : weightFiles(text.toString('utf8'));
  if (text === undefined || files === undefined) {
    const message = text === undefined ? 'there is no such file' : 'is not the model.json of a TensorFlow.js model';
    return { problem: { code: 'model_missing', where: path, message, advice } };
  }
  const hash = createHash('sha256').update(text);
  for (const file of files) {
    const place = await insideFolder(dirname(path), file);
    const bytes = place === 'inside' ? await readFile(join(dirname(path), file)).catch(() => undefined) : undefined;
    if (bytes === undefined) {
      const state = place === 'outside' ? 'lie outside of the folder' : 'are not there';
      return {
        problem: { code: 'model_missing', where: file, message: `its weights ${file} ${state}`, advice },
      };
    }
    hash.update(bytes);
  }
  return { sha256: hash.digest('hex') };
}

function weightFiles(text: string): readonly string[] | undefined {
  try {
    const paths = ModelJson.safeParse(JSON.parse(text)).data?.weightsManifest.flatMap((group) => group.paths);
    const isInside = (path: string): boolean => !path.startsWith('/') && !path.includes('..');
    return paths?.every(isInside) === true ? paths : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

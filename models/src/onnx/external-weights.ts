import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ModelProblem } from '../errors/index.ts';
import { insideFolder } from './inside-folder.ts';
import type { LoadedOnnx } from './load.ts';
import { hiddenExternals } from './model.ts';

/** One file beside the model that holds weights. */
export interface ExternalFile {
  /** As the model names it, relative to its folder. */
  readonly location: string;
  /** Least size that holds all that the model reads of it. */
  readonly bytes: number;
  /** What is wrong with it. */
  readonly problem?: string;
}

/** The files of weights that a model needs; each is expected beside it. */
export async function externalFiles({ path, model }: LoadedOnnx): Promise<readonly ExternalFile[]> {
  const needed = new Map<string, number>();
  for (const { external, bytes } of model.initializers) {
    if (external === undefined) continue;
    const { location, offset, length } = external;
    needed.set(location, Math.max(needed.get(location) ?? 0, offset + (length ?? bytes)));
  }
  const listed = [...needed].map(async ([location, bytes]) => {
    const problem = await externalProblem(dirname(path), location, bytes);
    return problem === undefined ? { location, bytes } : { location, bytes, problem };
  });
  // ONNX Runtime would read them, and nothing here can check or include them.
  const hidden = [...new Set(hiddenExternals(model))].map((location) => {
    return { location, bytes: 0, problem: 'is named inside a node, where weights of other files are not supported' };
  });
  return [...(await Promise.all(listed)), ...hidden];
}

async function externalProblem(folder: string, location: string, bytes: number): Promise<string | undefined> {
  // A foreign model must not make Lineside read other files of this machine.
  switch (await insideFolder(folder, location)) {
    case 'outside':
      return "lies outside the model's folder";
    case 'absent':
      return 'is missing';
    case 'inside': {
      const { size, isFile } = await stat(join(folder, location)).then((found) => ({
        size: found.size,
        isFile: found.isFile(),
      }));
      if (!isFile) return 'is no ordinary file';
      return size < bytes ? `has ${size} bytes of the ${bytes} that are needed` : undefined;
    }
  }
}

/** Each file of weights that is missing, too short or elsewhere, as a reason to refuse the model. */
export function externalProblems(files: readonly ExternalFile[]): readonly ModelProblem[] {
  return files.flatMap(({ location, problem }) =>
    problem === undefined
      ? []
      : [
          {
            code: 'external_data_missing',
            where: location || 'external data',
            message: `the file of weights ${problem}`,
            advice: 'copy the file itself into the folder of the model, or export the model as one file',
          } as const,
        ],
  );
}

import type { ModelSpec } from '../inference/index.ts';
import type { SpecOptions } from '../predictor/index.ts';
import type { Context } from './context.ts';
import { UsageError } from './errors.ts';
import { readList } from './list-option.ts';

export interface SpecRequest extends Omit<SpecOptions, 'labels'> {
  /** Catalog id, folder of a bundle, or ONNX file. */
  readonly ref: string;
  /** Absolute data folder with imported models; the context's when left out. */
  readonly dataDir?: string;
  /** For an ONNX file: a,b,c or a file with one label per line. */
  readonly labels?: string | undefined;
}

/** The model that a command names, verified and not yet loaded. Throws ModelError, UsageError. */
export async function specFor(
  { io, dataDir }: Context,
  { ref, labels, dataDir: given, ...options }: SpecRequest,
): Promise<ModelSpec> {
  const { findModel, specOf } = await import('../predictor/index.ts');
  const handle = await findModel({ ref, cwd: io.cwd, dataDir: given ?? dataDir });
  if (labels === undefined) return specOf(handle, options, io.signal);
  const list = handle.manifest === undefined ? await readList('--labels', labels, io.cwd) : undefined;
  if (list === undefined) {
    throw new UsageError('--labels is for an .onnx file; this bundle has its own', 'leave --labels out');
  }
  return specOf(handle, { ...options, labels: list }, io.signal);
}

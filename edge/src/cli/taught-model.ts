import type { TaughtView } from '../teaching/index.ts';
import { askService } from './ask-service.ts';
import type { Context } from './context.ts';

/** How often a running service saw each score of this model, since it started. */
export type Watched = NonNullable<NonNullable<Awaited<ReturnType<typeof askService>>>['models'][number]['watched']>;

/** The folder of a taught model: its id, or the folder itself. Throws ModelError. */
export async function taughtDir({ io, dataDir }: Context, ref: string): Promise<string> {
  const { dirname } = await import('node:path');
  const { findModel } = await import('../predictor/index.ts');
  return dirname((await findModel({ ref, cwd: io.cwd, dataDir })).onnxPath);
}

/** What the running service has seen of it; undefined where none runs or it does not use this model. */
export async function watchedOf(context: Context, { id }: TaughtView): Promise<Watched | undefined> {
  const status = await askService(context.dataDir).catch(() => undefined);
  return status?.models.find((model) => model.id === id)?.watched;
}

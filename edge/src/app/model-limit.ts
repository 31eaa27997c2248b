import type { AuditBody } from '@lineside/protocol';
import type { Journal } from '../journal/index.ts';
import { StatusError } from '../status/index.ts';

/** A model that was taught on a device, and the folder of its bundle. */
export interface TaughtBundle {
  readonly id: string;
  readonly dir: string;
}

export interface ModelLimitParts {
  readonly taught: readonly TaughtBundle[];
  readonly journal: Pick<Journal, 'append'>;
}

/** Lets a taught model report, or only watch again, and records who did. Rejects as `setModelLimit`. */
export async function armTaught(
  { taught, journal }: ModelLimitParts,
  id: string,
  armed: boolean,
  by: string,
): Promise<object> {
  const { dir } = taughtModel(taught, id);
  const { armModel } = await import('../teaching/index.ts');
  const view = await armModel(dir, armed ? 'armed' : 'watching');
  const body: AuditBody = { action: armed ? 'model_armed' : 'model_disarmed', who: by, details: { model: id } };
  journal.append([{ stream: 'audit', kind: 'audit', body }]);
  return view;
}

/** What each of the models was taught, and what each limit would do. One whose bundle cannot be read is left out. */
export async function taughtViews(taught: readonly TaughtBundle[]): Promise<readonly object[]> {
  if (taught.length === 0) return [];
  const { taughtView } = await import('../teaching/index.ts');
  const views = await Promise.allSettled(taught.map(({ dir }) => taughtView(dir)));
  return views.flatMap((view) => (view.status === 'fulfilled' ? [view.value] : []));
}

function taughtModel(taught: readonly TaughtBundle[], id: string): TaughtBundle {
  const model = taught.find((one) => one.id === id);
  if (model !== undefined) return model;
  const advice = `taught models: ${taught.map((one) => one.id).join(', ') || 'none'}; see lineside model teach --help`;
  throw new StatusError({ code: 'bad_request', message: `no taught model is called ${id}`, advice });
}

/**
 * Moves the limit of a model that was taught on a device, and records who did. The line goes on with the new limit when it
 * sees the changed bundle. Rejects with `bad_request` where the line has no such model.
 */
export async function setModelLimit(
  { taught, journal }: ModelLimitParts,
  id: string,
  mads: number,
  by: string,
): Promise<object> {
  const model = taughtModel(taught, id);
  const { setLimit, taughtView } = await import('../teaching/index.ts');
  const before = (await taughtView(model.dir)).mads;
  const view = await setLimit(model.dir, mads);
  const details = { model: id, mads, madsBefore: before };
  const body: AuditBody = { action: 'model_limit_changed', who: by, details };
  journal.append([{ stream: 'audit', kind: 'audit', body }]);
  return view;
}

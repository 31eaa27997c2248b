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
  const model = taught.find((one) => one.id === id);
  if (model === undefined) {
    const advice = `taught models: ${taught.map((one) => one.id).join(', ') || 'none'}; see lineside model teach --help`;
    throw new StatusError({ code: 'bad_request', message: `no taught model is called ${id}`, advice });
  }
  const { setLimit, taughtView } = await import('../teaching/index.ts');
  const before = (await taughtView(model.dir)).mads;
  const view = await setLimit(model.dir, mads);
  const details = { model: id, mads, madsBefore: before };
  const body: AuditBody = { action: 'model_limit_changed', who: by, details };
  journal.append([{ stream: 'audit', kind: 'audit', body }]);
  return view;
}

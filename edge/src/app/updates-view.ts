import type { DesiredStatus, UpdateReport } from '@lineside/protocol';
import type { UpdateView } from '../status/index.ts';
import { isOver, type UpdateDocument, type UpdateRecord } from '../updates/index.ts';

/** State of updates for people and programs. */
export interface UpdatesView {
  readonly configured: boolean;
  readonly current: object | null;
  readonly waiting: readonly string[];
  readonly models: Readonly<Record<string, object>>;
  /** The configuration that an update wrote last, and whether a person has changed the file since. */
  readonly configuration: object | null;
  /** What the cloud wants, and what became of it. */
  readonly desired: DesiredStatus | null;
  readonly history: readonly object[];
}

export interface UpdatesViewParts {
  readonly configured: boolean;
  readonly document: UpdateDocument;
  /** Bundles in use, by model. */
  readonly pointers: ReadonlyMap<string, string>;
  readonly waiting: readonly string[];
  readonly progress: object | undefined;
  readonly desired: DesiredStatus | undefined;
  readonly report: UpdateReport | undefined;
}

export function updatesView(parts: UpdatesViewParts): UpdatesView {
  const { configured, document, pointers, waiting, progress, desired, report } = parts;
  const { current, history, bundles } = document;
  const models = [...pointers].map(([id, bundle]) => {
    const known = bundles[bundle];
    return [id, { bundle, version: known?.release.version ?? null, before: known?.before ?? null }] as const;
  });
  const isGoing = current !== undefined && !isOver(current);
  return {
    configured,
    current: isGoing ? { ...summary(current), ...(progress && { progress }) } : null,
    waiting,
    models: Object.fromEntries(models),
    configuration: report?.configuration ?? null,
    desired: desired ?? null,
    history: history.map(summary),
  };
}

function summary(record: UpdateRecord): object {
  const { target, origin, state, sinceMs, beganMs, attempts, counter, reason, proof, shadow, before, release } = record;
  return {
    ...{ target, origin: origin.kind, state, sinceMs, beganMs, attempts },
    ...(release === undefined ? {} : { kind: release.kind, id: release.id, version: release.version }),
    ...(counter === undefined ? {} : { counter }),
    ...(before === undefined ? {} : { before: before.kind === 'update' ? before.bundle : 'catalog' }),
    ...(proof === undefined ? {} : { proof }),
    ...(shadow === undefined ? {} : { shadow }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** A release of the configuration that was refused for a change that a person made here, and that is still there. */
export function conflictInBrief(
  report: UpdateReport | undefined,
): { readonly target: string; readonly reason: string } | undefined {
  if (report?.configuration?.changed !== true) return undefined;
  const refused = report.updates.find(({ reason }) => reason?.code === 'update_local_configuration');
  if (refused?.reason === undefined || refused.state !== 'failed') return undefined;
  return { target: refused.target, reason: refused.reason.message };
}

const OVER = new Set(['committed', 'rolled_back', 'failed']);

/** The one that is not over; one that could not be rolled back needs a person and stays. */
export function updateInBrief(report: UpdateReport | undefined): UpdateView | undefined {
  const going = report?.updates.find(({ state }) => !OVER.has(state));
  if (going === undefined) return undefined;
  const { target, state, since, progress, reason, shadow } = going;
  return {
    ...{ target, state, sinceMs: since },
    ...(progress === undefined ? {} : { progress: progress.bytes / Math.max(1, progress.of) }),
    ...(shadow === undefined || state !== 'shadow' ? {} : { compared: shadow.results }),
    ...(reason === undefined ? {} : { reason: reason.message }),
  };
}

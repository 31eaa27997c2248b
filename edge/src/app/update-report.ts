import { MAX_REPORTED_UPDATES, type UpdateReport, type UpdateStatus } from '@lineside/protocol';
import { isOver, textHash, type UpdateDocument, type UpdateRecord } from '../updates/index.ts';

/** Of a text for people in a report. */
const TEXT_LENGTH = 256;

/** What updates have brought and are doing, as the device reports it. `configurationText`: the file as it is now. */
export function updateReport(
  document: UpdateDocument,
  pointers: ReadonlyMap<string, string>,
  waiting: readonly string[],
  configurationText: string | undefined,
): UpdateReport {
  const { current, history, bundles, configuration } = document;
  const going = current === undefined || isOver(current) ? [] : [current];
  const byTarget = new Map<string, UpdateStatus>();
  const add = (status: UpdateStatus): void => {
    if (!byTarget.has(status.target) && byTarget.size < MAX_REPORTED_UPDATES) byTarget.set(status.target, status);
  };
  for (const record of going) add(statusOf(record));
  const sinceMs = Math.max(0, ...history.map((record) => record.sinceMs));
  for (const target of waiting) add({ target, state: 'waiting', since: sinceMs });
  for (const record of history) add(statusOf(record));
  const models = [...pointers].flatMap(([id, bundle]) => {
    const known = bundles[bundle];
    return known === undefined ? [] : [[id, { target: known.target, version: known.release.version }] as const];
  });
  return {
    updates: [...byTarget.values()],
    models: Object.fromEntries(models),
    ...(configuration === undefined
      ? {}
      : {
          configuration: {
            target: configuration.target,
            version: versionOf(configuration.target),
            changed: configurationText === undefined || textHash(configurationText) !== configuration.sha256,
          },
        }),
  };
}

function statusOf({ target, state, sinceMs, reason, shadow }: UpdateRecord): UpdateStatus {
  return {
    ...{ target, state, since: Math.round(sinceMs) },
    ...(reason === undefined ? {} : { reason: { code: reason.code, message: reason.message.slice(0, TEXT_LENGTH) } }),
    ...(shadow === undefined ? {} : { shadow: shadowOf(shadow) }),
  };
}

function shadowOf({ verdict, ...figures }: NonNullable<UpdateRecord['shadow']>): NonNullable<UpdateStatus['shadow']> {
  const { results, differing, steady, found, added, unsteady, failed, pictures } = figures;
  return {
    ...{ results, differing, steady, found, added, unsteady, failed, pictures },
    ...(verdict === undefined ? {} : { verdict }),
  };
}

/** `config/acme/line-1-1.2.0.json` -> `1.2.0`. */
function versionOf(target: string): string {
  return /-(\d+\.\d+\.\d+)\.json$/.exec(target)?.[1] ?? '';
}

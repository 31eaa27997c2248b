import type { Config } from '../config/index.ts';
import type { LanesState, OpenEvent } from '../pipeline/index.ts';
import type { Station } from '../production/index.ts';

/** A station whose newest result is older was not inspected. */
const RESULT_MS = 5_000;

/** Whether a station runs now. */
export interface StationState {
  readonly of: Station;
  readonly camera: string;
  readonly rule: string;
  readonly zone?: string | undefined;
  /** Of staff `stopped` is: nobody works at the station. */
  readonly status: 'running' | 'stopped' | 'unknown';
  /** Why the line stands, where the plant says so. */
  readonly reason?: string | undefined;
}

/** The stations that rules of the types `downtime` and `operation_time` watch. */
export function stationStates(
  rules: Config['rules'],
  { lanes }: Pick<LanesState, 'lanes'>,
  nowMs: number,
): readonly StationState[] {
  return rules.flatMap((rule): readonly StationState[] => {
    if (rule.type !== 'downtime' && rule.type !== 'operation_time') return [];
    const lane = lanes.find(({ camera }) => camera === rule.camera);
    const newest = lane?.models.find(({ model }) => model === rule.model)?.newest;
    const isSeen = newest !== undefined && newest.status !== 'no_result' && nowMs - newest.resultAtMs <= RESULT_MS;
    const open = lane?.openEvents.filter((event) => event.rule === rule.id) ?? [];
    const place = { camera: rule.camera, rule: rule.id, zone: rule.zone };
    if (rule.type === 'operation_time') {
      const isBusy = open.some(isOperation);
      return [{ ...place, of: 'staff', status: !isSeen ? 'unknown' : isBusy ? 'running' : 'stopped' }];
    }
    const [stop] = open;
    const reason = stop?.output.details?.['reason'];
    return [
      {
        ...place,
        of: 'line',
        status: !isSeen ? 'unknown' : stop === undefined ? 'running' : 'stopped',
        ...(isSeen && reason !== undefined ? { reason: String(reason) } : {}),
      },
    ];
  });
}

/** The event of the operation itself, not the one that reports a limit. */
function isOperation({ output: { details = {} } }: OpenEvent): boolean {
  return 'operation' in details && !('limitSeconds' in details);
}

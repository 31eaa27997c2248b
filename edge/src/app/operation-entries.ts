import type { Clock } from '@lineside/kit';
import type { LineEvent } from '../domain/index.ts';
import type { Entry } from '../journal/index.ts';
import { operationEndedBy } from '../rules/index.ts';

/** Details that an event has of its moment, and that its operation has too. */
const CONTEXT = ['product', 'batch', 'shift', 'recipe'] as const;

/** The record of an operation that ends with a transition, for the telemetry: of any other transition there is none. */
export function operationEntries(
  { event, camera, output }: LineEvent,
  clock: Pick<Clock, 'monoMs' | 'wallMs'>,
): readonly Entry[] {
  const ended = operationEndedBy(output);
  if (ended === undefined) return [];
  const { rule, zone, reason, details = {} } = output;
  const wallOf = (frameMs: number): number => Math.round(clock.wallMs() - (clock.monoMs() - frameMs));
  const context = Object.fromEntries(CONTEXT.flatMap((name) => (name in details ? [[name, details[name]]] : [])));
  const body = {
    ...{ camera, rule, event, operation: ended.operation, outcome: ended.outcome },
    ...(zone === undefined ? {} : { zone }),
    ...(reason === undefined ? {} : { reason }),
    ...{ startedAtMs: wallOf(ended.fromMs), endedAtMs: wallOf(ended.toMs) },
    operationTimeMs: Math.round(ended.durationMs),
    ...context,
  };
  return [{ stream: 'telemetry', kind: 'operation', body }];
}

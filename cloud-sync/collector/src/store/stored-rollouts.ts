import { Desired } from '@lineside/protocol';
import { type DesiredDocument, Rollout, type RolloutNote } from '../rollouts/index.ts';

/** Rows of rollouts as both databases return them, and what the ports make of them. */
export interface RolloutSql {
  readonly change: number;
  readonly json: string;
}

/** The counter of changes is a column of its own; the rest is one document. */
export function toRollout({ change, json }: RolloutSql): Rollout {
  return { ...Rollout.parse(JSON.parse(json)), change };
}

export interface NoteSql {
  readonly at_ms: number;
  readonly who: string;
  readonly action: string;
  readonly device: string | null;
  readonly detail: string | null;
}

export function toNote({ at_ms: atMs, who, action, device, detail }: NoteSql): RolloutNote {
  return { atMs, who, action, ...(device === null ? {} : { device }), ...(detail === null ? {} : { detail }) };
}

export interface DesiredSql {
  readonly device: string;
  readonly json: string;
}

export function toDesired({ device, json }: DesiredSql): DesiredDocument {
  return { device, document: Desired.parse(JSON.parse(json)) };
}

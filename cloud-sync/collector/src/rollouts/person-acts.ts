import { UsageError } from '../errors/index.ts';
import { end, type LineFacts, type Stepped } from './step.ts';
import { isOver, type Rollout } from './rollout.ts';

export const ROLLOUT_ACTS = ['pause', 'resume', 'stop', 'approve'] as const;
/** What a person does to a rollout. */
export type RolloutAct = (typeof ROLLOUT_ACTS)[number];

/** Done by whom, when, and why where they say so. */
export interface ActFacts {
  readonly who: string;
  readonly nowMs: number;
  readonly reason?: string | undefined;
  readonly factsOf: (device: string) => LineFacts;
}

/** The rollout after what a person did. Throws UsageError where it cannot be done now. */
export function act(rollout: Rollout, what: RolloutAct, facts: ActFacts): Stepped {
  const { who, nowMs, reason, factsOf } = facts;
  if (isOver(rollout)) throw impossible(what, rollout, `it is over (${rollout.state})`);
  const changed = (changes: Partial<Rollout>): Stepped => ({
    rollout: { ...rollout, ...changes },
    documents: [],
    notes: [{ atMs: nowMs, who, action: what, ...(reason === undefined ? {} : { detail: reason }) }],
  });
  switch (what) {
    case 'pause':
      if (rollout.state !== 'running') throw impossible(what, rollout, `it does not run (${rollout.state})`);
      return changed({ state: 'paused' });
    case 'resume':
      if (rollout.state !== 'paused') throw impossible(what, rollout, `it is not paused (${rollout.state})`);
      return changed({ state: 'running' });
    case 'approve':
      return changed({ state: 'running', approvals: [...rollout.approvals, approval(rollout, who, nowMs)] });
    case 'stop':
      return end(rollout, { state: 'stopped', reason: reason ?? `stopped by ${who}`, who }, factsOf, nowMs);
  }
}

function approval(rollout: Rollout, who: string, atMs: number): Rollout['approvals'][number] {
  if (rollout.state !== 'waiting_for_approval') {
    throw impossible('approve', rollout, `it does not wait for approval (${rollout.state})`);
  }
  if (who.trim().toLowerCase() === rollout.createdBy.trim().toLowerCase()) {
    throw new UsageError({
      code: 'rollout_same_person',
      message: `${who} began ${rollout.id}; another person must approve it`,
      advice: `lineside-collector rollout approve ${rollout.id} --by NAME`,
    });
  }
  return { group: rollout.current + 1, who, atMs };
}

function impossible(what: RolloutAct, { id }: Rollout, why: string): UsageError {
  return new UsageError({
    code: 'rollout_not_possible',
    message: `${id} cannot ${what === 'stop' ? 'be stopped' : what === 'pause' ? 'be paused' : what === 'resume' ? 'be resumed' : 'be approved'}: ${why}`,
    advice: `lineside-collector rollout show ${id}`,
  });
}

import { UsageError } from '../errors/index.ts';
import type { Person } from '../people/index.ts';
import { unproven } from './start.ts';
import { end, type LineFacts, type Stepped } from './step.ts';
import { isOver, type Rollout } from './rollout.ts';

export const ROLLOUT_ACTS = ['pause', 'resume', 'stop', 'approve'] as const;
/** What a person does to a rollout. */
export type RolloutAct = (typeof ROLLOUT_ACTS)[number];

/** Done by whom, when, and why where they say so. */
export interface ActFacts {
  readonly by: Person;
  readonly nowMs: number;
  readonly reason?: string | undefined;
  readonly factsOf: (device: string) => LineFacts;
}

/** The rollout after what a person did. Throws UsageError where it cannot be done now. */
export function act(rollout: Rollout, what: RolloutAct, facts: ActFacts): Stepped {
  const { by, nowMs, reason, factsOf } = facts;
  const who = by.name;
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
      return changed({ state: 'running', approvals: [...rollout.approvals, approval(rollout, by, nowMs)] });
    case 'stop':
      return end(rollout, { state: 'stopped', reason: reason ?? `stopped by ${who}`, who }, factsOf, nowMs);
  }
}

function approval(rollout: Rollout, by: Person, atMs: number): Rollout['approvals'][number] {
  if (rollout.state !== 'waiting_for_approval') {
    throw impossible('approve', rollout, `it does not wait for approval (${rollout.state})`);
  }
  if (!by.proven) throw unproven(by);
  if (rollout.proven !== true) {
    throw impossible(
      'approve',
      rollout,
      `nothing proves that ${rollout.createdBy} began it; stop it and begin it anew`,
    );
  }
  if (by.name.toLowerCase() === rollout.createdBy.toLowerCase()) {
    throw new UsageError({
      code: 'rollout_same_person',
      message: `${by.name} began ${rollout.id}; another person must approve it`,
      advice: `lineside-collector rollout approve ${rollout.id} --token-file FILE, with the token of another account`,
    });
  }
  return { group: rollout.current + 1, who: by.name, atMs };
}

function impossible(what: RolloutAct, { id }: Rollout, why: string): UsageError {
  return new UsageError({
    code: 'rollout_not_possible',
    message: `${id} cannot ${what === 'stop' ? 'be stopped' : what === 'pause' ? 'be paused' : what === 'resume' ? 'be resumed' : 'be approved'}: ${why}`,
    advice: `lineside-collector rollout show ${id}`,
  });
}

import type { Reported, ShadowSummary } from '@lineside/protocol';

/** What a device says about a release that its desired document names. */
export interface LineReport {
  /** Of the newest desired document that it has read. */
  readonly revision: number;
  /** Below which the device follows no document. */
  readonly floor: number;
  readonly state: string;
  readonly reason?: string;
  readonly progress?: { readonly bytes: number; readonly of: number };
  readonly shadow?: string;
}

/** States after which a device does nothing more about a release, and what they mean. Others are on the way. */
const OUTCOMES: Readonly<Record<string, 'committed' | 'failed'>> = {
  committed: 'committed',
  failed: 'failed',
  rolled_back: 'failed',
  unable_to_roll_back: 'failed',
  not_applied: 'failed',
};

/** What a state that a device reports means for a rollout. An unknown one, of a newer device, is on the way. */
export function outcomeOf(state: string): 'committed' | 'failed' | 'updating' {
  return Object.hasOwn(OUTCOMES, state) ? (OUTCOMES[state] ?? 'updating') : 'updating';
}

/** The line is without a model that works, and a person must go there: no other line may follow it. */
export function needsPerson(state: string | undefined): boolean {
  return state === 'unable_to_roll_back';
}

/**
 * The device's report about `target`; undefined while it has reported on no desired document. A device that reports no single
 * releases says with one state what became of all that its document names.
 */
export function reportAbout(reported: Reported | null | undefined, target: string): LineReport | undefined {
  const { desired, updates } = reported ?? {};
  if (desired === undefined) return undefined;
  const { revision, floor = revision } = desired;
  if (updates === undefined) return { revision, floor, state: desired.state, ...reasonOf(desired.reason) };
  const status = updates.updates.find((one) => one.target === target);
  if (status === undefined) return { revision, floor, state: isInForce(updates, target) ? 'committed' : 'waiting' };
  const { state, progress, reason, shadow } = status;
  return {
    ...{ revision, floor, state },
    ...reasonOf(reason?.message),
    ...(progress === undefined ? {} : { progress }),
    ...(shadow === undefined ? {} : { shadow: shadowText(shadow) }),
  };
}

/** What an update of long ago brought may be in use, and no longer in the list of updates. */
function isInForce({ models, configuration }: NonNullable<Reported['updates']>, target: string): boolean {
  return configuration?.target === target || Object.values(models).some((model) => model.target === target);
}

function reasonOf(reason: string | undefined): { readonly reason?: string } {
  return reason === undefined ? {} : { reason };
}

/** How the new model did beside the current one, in one line. */
export function shadowText(summary: ShadowSummary): string {
  const { results, differing, steady, found, added, failed, verdict } = summary;
  return [
    ...(verdict === undefined ? [] : [verdict.replaceAll('_', ' ')]),
    `${differing} of ${results} frames differ`,
    `${found} of ${steady} objects found`,
    ...(added > 0 ? [`${added} that the current model does not see`] : []),
    ...(failed > 0 ? [`${failed} frames failed`] : []),
  ].join(', ');
}

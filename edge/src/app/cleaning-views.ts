import { machineZone } from '@lineside/protocol/coverage';
import { type Config, shiftPlanOf } from '../config/index.ts';
import { intervalMsOf, keptCleaning, OBSERVED, overdueOf } from '../rules/index.ts';
import type { CleaningView } from '../status/index.ts';
import type { RuleMemories } from './rule-memory.ts';

/**
 * The last cleaning of each zone that must be cleaned, and whether the next is overdue. Of rules that have kept nothing yet there
 * is none. `wallMs`: now, where the wall clock is trusted.
 */
export function cleaningViews(
  config: Pick<Config, 'rules' | 'shifts'>,
  memories: Pick<RuleMemories, 'of'>,
  wallMs: number | undefined,
): readonly CleaningView[] {
  const { timeZone } = shiftPlanOf(config, machineZone());
  return config.rules.flatMap((rule): readonly CleaningView[] => {
    if (rule.type !== 'cleaning') return [];
    const kept = keptCleaning(memories.of(rule.id).get(), wallMs);
    if (kept === undefined) return [];
    const { elapsedMs, cleanedAtMs, cleanedBy } = kept;
    const limitMs = intervalMsOf(rule);
    return [
      {
        ...{ rule: rule.id, camera: rule.camera, sinceMs: elapsedMs },
        overdue: overdueOf(rule, elapsedMs, wallMs, timeZone) !== undefined,
        ...(rule.zone === undefined ? {} : { zone: rule.zone }),
        ...(limitMs === undefined ? {} : { limitMs }),
        ...(cleanedAtMs === undefined ? {} : { cleanedAtMs }),
        ...sourceOf(cleanedBy),
      },
    ];
  });
}

function sourceOf(cleanedBy: string | undefined): Pick<CleaningView, 'seenBy' | 'cleanedBy'> {
  if (cleanedBy === undefined) return {};
  return cleanedBy === OBSERVED ? { seenBy: 'camera' } : { seenBy: 'person', cleanedBy };
}

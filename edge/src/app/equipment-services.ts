import type { Config } from '../config/index.ts';
import type { EquipmentService } from '../production/index.ts';
import { keptService, limitsOf, serviceOf } from '../rules/index.ts';
import type { ServiceView } from '../status/index.ts';
import type { RuleMemories } from './rule-memory.ts';

/** How near the next service of each machine is that this camera watches; of rules that have kept nothing yet there is none. */
export function equipmentServices(
  rules: Config['rules'],
  camera: string,
  memories: Pick<RuleMemories, 'of'>,
): readonly EquipmentService[] {
  return rules.flatMap((rule): readonly EquipmentService[] => {
    if (rule.type !== 'maintenance' || rule.camera !== camera) return [];
    const facts = serviceOf(rule, memories.of(rule.id).get());
    if (facts === undefined) return [];
    const { dueBy: _, ...rest } = facts;
    return [{ rule: rule.id, ...rest }];
  });
}

/** The same for people: every limit of each rule, and the last service. `wallMs`: now, where the wall clock is trusted. */
export function serviceViews(
  { rules, signals }: Pick<Config, 'rules' | 'signals'>,
  memories: Pick<RuleMemories, 'of'>,
  wallMs: number | undefined,
): readonly ServiceView[] {
  return rules.flatMap((rule): readonly ServiceView[] => {
    if (rule.type !== 'maintenance') return [];
    const kept = keptService(memories.of(rule.id).get(), wallMs);
    if (kept === undefined) return [];
    const { wear, ...service } = kept;
    const unit = signals.find(({ id }) => id === rule.countSignal)?.unit;
    const used = limitsOf(rule, wear);
    const limits = used.map((one) => ({
      ...one,
      used: Math.round(one.used * 1000) / 1000,
      ...(one.by === 'count' && unit !== undefined ? { unit } : {}),
    }));
    const overdue = used.some((one) => one.used >= 1);
    return [{ rule: rule.id, camera: rule.camera, overdue, limits, ...service }];
  });
}

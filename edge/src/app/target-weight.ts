import type { Config } from '../config/index.ts';
import type { TargetWeight } from '../mes/index.ts';
import { type WeightLimits, weightLimits } from '../rules/index.ts';
import type { ProductionView } from '../status/index.ts';

/**
 * What the plan says that the product is to weigh, and the rules that weigh it where none of them judges by that. With
 * several scales one may weigh something else, such as cases: one rule that agrees is enough.
 */
export function targetView(
  target: TargetWeight | undefined,
  rules: Config['rules'],
): Pick<ProductionView, 'targetWeight' | 'weighedBy'> {
  if (target === undefined) return {};
  const { weight, under, over } = target;
  const targetWeight = {
    weight,
    ...(under === undefined ? {} : { under }),
    ...(over === undefined ? {} : { over }),
  };
  const weighing = rules.flatMap((rule) => (rule.type === 'weight' ? [{ rule: rule.id, ...weightLimits(rule) }] : []));
  if (weighing.length === 0 || weighing.some((limits) => isJudgedBy(target, limits))) return { targetWeight };
  return { targetWeight, weighedBy: weighing };
}

/** What the plan leaves open agrees with everything. */
function isJudgedBy({ weight, under, over }: TargetWeight, { nominal, tolerance, maxOver }: WeightLimits): boolean {
  return isSame(weight, nominal) && isSame(under ?? tolerance, tolerance) && isSame(over ?? maxOver, maxOver);
}

/** Beyond what numbers lose on their way through other programs. */
function isSame(a: number, b: number): boolean {
  return Math.abs(a - b) < 1e-6 * Math.max(a, b);
}

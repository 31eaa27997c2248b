import { formatDuration } from '../fields/index.ts';
import { type Condition, type RuleDraft, type SentenceContext } from './draft.ts';

/** Options of a rule as they stand in the configuration file. */
export type WrittenRule = Readonly<Record<string, unknown>>;

/** Labels of which a model must have one for a condition, as the rules have them by default. */
function labelsFor(condition: Condition): readonly string[] {
  switch (condition.about) {
    case 'headwear':
      return ['bare_head'];
    case 'garment':
      return [`no_${condition.garment}`];
    case 'defect':
      return ['defect'];
    case 'floor':
      return condition.matter === 'any' ? ['spill', 'litter'] : [condition.matter];
    case 'stop':
      return ['product'];
    default:
      return ['person'];
  }
}

const TYPES: Readonly<Record<Condition['about'], string>> = {
  ...{ headwear: 'missing_headwear', garment: 'ppe', defect: 'product_defect', floor: 'spill' },
  ...{ more: 'occupancy', fewer: 'occupancy', alone: 'occupancy' },
  ...{ cleaning: 'cleaning', stop: 'downtime', operation: 'operation_time' },
};

/**
 * The rule as it is written into the configuration, with the id `id`. Text where no model of the camera shows what the
 * sentence is about.
 */
export function ruleOptionsOf(draft: RuleDraft, id: string, context: SentenceContext): WrittenRule | string {
  const { condition, camera, zone, severity } = draft;
  const needed = labelsFor(condition);
  const models = context.cameras.find((one) => one.id === camera)?.models ?? [];
  const model = models.find(({ labels }) => needed.some((label) => labels.includes(label)));
  if (model === undefined) {
    const known = models.map((one) => `${one.id} (${one.labels.join(', ')})`).join('; ') || 'none';
    return `no model of camera ${camera} detects ${needed.join(' or ')}; its models: ${known}`;
  }
  return {
    ...{ id, type: TYPES[condition.about], camera, model: model.id },
    ...(zone === undefined ? {} : { zone }),
    ...(severity === undefined ? {} : { severity }),
    ...own(condition, draft.durationMs),
    ...inForce(draft),
  };
}

/** What only this kind of rule has, and where its duration stands. */
function own(condition: Condition, durationMs: number | undefined): WrittenRule {
  const time = (option: string): WrittenRule =>
    durationMs === undefined ? {} : { [option]: formatDuration(durationMs) };
  switch (condition.about) {
    case 'headwear':
    case 'defect':
      return time('minDuration');
    case 'garment':
      return { garments: [{ id: condition.garment }], ...time('minDuration') };
    case 'floor':
      return { ...(condition.matter === 'any' ? {} : { labels: [condition.matter] }), ...time('minDuration') };
    case 'more':
      return { max: condition.people, ...time('minDuration') };
    case 'fewer':
      return { min: condition.people, ...time('minDuration') };
    case 'alone':
      return time('aloneAfter');
    case 'cleaning':
      return time('interval');
    case 'stop':
      return time('noProductFor');
    case 'operation':
      return time(condition.limit === 'longer' ? 'max' : 'min');
  }
}

function inForce({ hours, days, shift }: RuleDraft): WrittenRule {
  const named =
    days === undefined ? {} : { days: days === 'weekdays' ? ['mon', 'tue', 'wed', 'thu', 'fri'] : ['sat', 'sun'] };
  const window = hours ?? { from: '00:00', to: '00:00' };
  return {
    ...(hours === undefined && days === undefined ? {} : { schedule: [{ ...named, ...window }] }),
    ...(shift === undefined ? {} : { shifts: [shift] }),
  };
}

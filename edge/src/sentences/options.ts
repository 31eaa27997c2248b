import { formatDuration } from '../fields/index.ts';
import type { Condition, Language, RuleDraft, SentenceContext, ServiceCondition } from './draft.ts';
import { REFUSALS, type Refused } from './refusals.ts';

/** Options of a rule as they stand in the configuration file. */
export type WrittenRule = Readonly<Record<string, unknown>>;

/** Labels of which a model must have one for a condition, as the rules have them by default; none where it reads no model. */
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
    case 'service':
      return [];
    default:
      return ['person'];
  }
}

const TYPES: Readonly<Record<Condition['about'], string>> = {
  ...{ headwear: 'missing_headwear', garment: 'ppe', defect: 'product_defect', floor: 'spill' },
  ...{ more: 'occupancy', fewer: 'occupancy', alone: 'occupancy' },
  ...{ cleaning: 'cleaning', stop: 'downtime', operation: 'operation_time', service: 'maintenance' },
};

/**
 * The rule as it is written into the configuration, with the id `id`; or that no model of the camera shows what the sentence is
 * about, said in the language `says`.
 */
export function ruleOptionsOf(
  draft: RuleDraft,
  id: string,
  context: SentenceContext,
  says: Language = 'en',
): { readonly ok: true; readonly options: WrittenRule } | ({ readonly ok: false } & Refused) {
  const { condition, camera, zone, severity } = draft;
  const needed = labelsFor(condition);
  const models = context.cameras.find((one) => one.id === camera)?.models ?? [];
  const model = models.find(({ labels }) => needed.some((label) => labels.includes(label)));
  if (model === undefined && needed.length > 0) {
    const known = models.map((one) => `${one.id} (${one.labels.join(', ')})`).join('; ');
    return { ok: false, ...REFUSALS[says].noModel(camera, needed, known) };
  }
  const options = {
    ...{ id, type: TYPES[condition.about], camera, ...(model && { model: model.id }) },
    ...(zone === undefined ? {} : { zone }),
    ...(severity === undefined ? {} : { severity }),
    ...own(condition, draft.durationMs),
    ...inForce(draft),
  };
  return { ok: true, options };
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
    case 'service':
      return service(condition, time);
  }
}

function service(condition: ServiceCondition, time: (option: string) => WrittenRule): WrittenRule {
  switch (condition.by) {
    case 'time':
      return time('interval');
    case 'running':
      return { ...time('maxRunning'), stateSignal: condition.signal };
    case 'count':
      return { maxCount: condition.count, countSignal: condition.signal };
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

import type { ModelPlaces } from '@lineside/models';
import { busyPeriodMs, type LoadedConfig, type RuleConfig, type ZoneConfig } from '../../config/index.ts';
import { contains, type Point, regionAround, WHOLE_PICTURE, type Zone } from '../../domain/index.ts';
import { placeOf } from '../../rules/index.ts';
import type { Check } from '../check.ts';
import { type CheckFinding, found, ok } from '../finding.ts';
import { ruleLabelProblems } from './rule-labels.ts';

/** Of the frame: 14 by 14 pixels of a picture of 1920 by 1080. */
const EMPTY_AREA = 1e-4;
const HARDLY_EVER = 0.95;
/** Points along each side at which a zone is compared with masks. */
const GRID = 24;

/** Whether each rule can open an event at all: labels, zone, masks, sizes, scores, rate. */
export function rulesCheck(loaded: LoadedConfig, places: Omit<ModelPlaces, 'catalogDir'>): Check {
  return {
    name: 'rules',
    deadlineMs: 20_000,
    run: async () => {
      const troubles = [
        ...(await labelFindings(loaded, places)),
        ...loaded.config.rules.flatMap((rule) => canFire(rule, loaded)),
      ];
      return troubles.length > 0 ? troubles : [ok('rules', `${loaded.config.rules.length} rules can fire`)];
    },
  };
}

async function labelFindings(
  loaded: LoadedConfig,
  places: Omit<ModelPlaces, 'catalogDir'>,
): Promise<readonly CheckFinding[]> {
  const problems = await ruleLabelProblems(loaded, places);
  return problems.map(({ code, path, message, advice }) => {
    const list = path.startsWith('cameras') ? loaded.config.cameras : loaded.config.rules;
    const subject = list[Number(/\d+/.exec(path)?.[0])]?.id;
    const which = CAMERA_CODES.find((one) => one === code);
    return found(which ?? 'rule_label_unknown', `${path}: ${message}`, { subject, advice });
  });
}

/** Of what a camera, and not a rule, reads. */
const CAMERA_CODES = ['privacy_label_unknown', 'refine_label_unknown'] as const;

function canFire(rule: RuleConfig, { config }: LoadedConfig): readonly CheckFinding[] {
  const camera = config.cameras.find(({ id }) => id === rule.camera);
  if (camera === undefined) return [];
  const { zone: zoneId, model } = placeOf(rule);
  const zone = camera.zones.find(({ id }) => id === zoneId);
  const subject = { subject: rule.id };
  return [
    ...zoneFindings(zone, subject),
    ...maskFindings(rule, zone ?? WHOLE_PICTURE, camera.zones),
    ...('minSize' in rule && rule.minSize >= rule.maxSize
      ? [found('rule_sizes', `minSize ${rule.minSize} is not below maxSize ${rule.maxSize}`, subject)]
      : []),
    ...('minScore' in rule && rule.minScore > HARDLY_EVER
      ? [found('rule_score', `minScore is ${rule.minScore}`, subject)]
      : []),
    ...(model === undefined ? [] : seldom(rule, busyPeriodMs(camera, model))),
  ];
}

function zoneFindings(zone: ZoneConfig | undefined, subject: { readonly subject: string }): readonly CheckFinding[] {
  if (zone === undefined || areaOf(zone.polygon) >= EMPTY_AREA) return [];
  return [found('rule_zone_empty', `zone ${zone.id} has no area`, subject)];
}

function maskFindings(rule: RuleConfig, zone: Zone, zones: readonly ZoneConfig[]): readonly CheckFinding[] {
  const named = 'masks' in rule ? rule.masks : [];
  const masks = zones.filter(({ id }) => named.includes(id));
  if (masks.length === 0) return [];
  const points = gridOf(zone);
  if (points.length === 0 || points.some((point) => !masks.some((mask) => contains(mask, point)))) return [];
  return [found('rule_masked', `masks ${named.join(', ')} cover all of its zone`, { subject: rule.id })];
}

function seldom(rule: RuleConfig, periodMs: number): readonly CheckFinding[] {
  const lasts = 'minDuration' in rule ? rule.minDuration.ms : 0;
  if (lasts === 0 || periodMs <= lasts) return [];
  const text = `a result every ${(periodMs / 1000).toFixed(1)} s, and minDuration is ${(lasts / 1000).toFixed(1)} s`;
  return [found('rule_too_seldom', text, { subject: rule.id })];
}

/** The shoelace formula, in fractions of the frame. */
function areaOf(polygon: readonly Point[]): number {
  let sum = 0;
  let [px, py] = polygon.at(-1) ?? [0, 0];
  for (const [x, y] of polygon) {
    sum += px * y - x * py;
    [px, py] = [x, y];
  }
  return Math.abs(sum) / 2;
}

function gridOf(zone: Zone): readonly Point[] {
  const [x1, y1, x2, y2] = regionAround(zone.polygon);
  const steps = Array.from({ length: GRID }, (_, i) => (i + 0.5) / GRID);
  return steps
    .flatMap((u) => steps.map((v): Point => [x1 + u * (x2 - x1), y1 + v * (y2 - y1)]))
    .filter((point) => contains(zone, point));
}

import type { ValuePath } from '@lineside/kit';
import { nearest } from '../distance.ts';
import type { Finding } from '../issues.ts';
import { type Loose, areaOf, groups, idsOf, isLoose, listOf, pairsOf } from './loose.ts';
import { unknownName } from './findings.ts';

/** Zones that enclose nothing. */
export function flatZones(zones: readonly Loose[], path: ValuePath): readonly Finding[] {
  return zones.flatMap((zone, i) => {
    const points = pairsOf(zone['polygon']);
    if (points.length < 3 || areaOf(points) > 1e-6) return [];
    return [
      {
        code: 'zone_flat',
        path: [...path, i, 'polygon'],
        message: 'encloses nothing: its corners lie on one line',
        advice: 'give the corners in order around the zone',
      },
    ];
  });
}

/** Models of a camera that neither ship nor stand under models:. */
export function unknownModels(camera: Loose, path: ValuePath, known: readonly string[]): readonly Finding[] {
  return modelsOf(camera, path).flatMap(({ id: model, path: place }) => {
    if (known.includes(model)) return [];
    const meant = nearest(model, known);
    return [
      {
        code: 'unknown_model',
        path: place,
        message: `no model is called ${model}`,
        advice:
          meant === undefined
            ? `known: ${known.join(', ') || 'none'}; add it under models: with its ref`
            : `did you mean ${meant}?`,
      },
    ];
  });
}

/** Models that give results for a camera, in either form, with where they are named. */
export function modelsOf(
  camera: Loose,
  path: ValuePath = [],
): readonly { readonly id: string; readonly path: ValuePath }[] {
  const first = listOf(camera['models']).map((entry, i) =>
    isLoose(entry)
      ? { id: entry['id'], path: [...path, 'models', i, 'id'] }
      : { id: entry, path: [...path, 'models', i] },
  );
  const second = groups(camera['stages']).map((stage, i) => ({
    id: stage['model'],
    path: [...path, 'stages', i, 'model'],
  }));
  return [...first, ...second].flatMap(({ id, path: place }) => (typeof id === 'string' ? [{ id, path: place }] : []));
}

/** The model assignments of one camera. */
export function checkAssignments(camera: Loose, path: ValuePath): readonly Finding[] {
  const zones = idsOf(groups(camera['zones']));
  const models = modelsOf(camera, path);
  const twice = models.filter(({ id }, i) => models.findIndex((other) => other.id === id) < i);
  const first = listOf(camera['models']).flatMap((entry) => (isLoose(entry) ? (entry['id'] ?? []) : entry));
  const motion = isLoose(camera['motion']) ? listOf(camera['motion']['zones']) : [];
  return [
    ...motion.flatMap((zone, i) =>
      typeof zone === 'string' && !zones.includes(zone)
        ? [unknownName('zone', zone, zones, [...path, 'motion', 'zones', i], ` on camera ${String(camera['id'])}`)]
        : [],
    ),
    ...twice.map(({ id, path: place }) => ({
      code: 'duplicate_model',
      path: place,
      message: `${id} is assigned to this camera already`,
      advice: 'name each model once; for another setting give the model a second id under models:',
    })),
    ...listOf(camera['models']).flatMap((entry, i) =>
      isLoose(entry) ? checkAssignment(entry, [...path, 'models', i], zones, String(camera['id'])) : [],
    ),
    ...refiningTwice(groups(camera['stages']), [...path, 'stages']),
    ...groups(camera['stages']).flatMap((stage, i) => {
      const source = stage['source'];
      if (typeof source !== 'string' || first.includes(source)) return [];
      const known = first.filter((id) => typeof id === 'string');
      return [
        {
          code: 'stage_without_first',
          path: [...path, 'stages', i, 'source'],
          message: `${source} is not among the models of this camera`,
          advice: `known: ${known.join(', ') || 'none'}; a second stage follows one of models:, not another stage`,
        },
      ];
    }),
  ];
}

/** The labels of one model are refined by one stage. */
function refiningTwice(stages: readonly Loose[], path: ValuePath): readonly Finding[] {
  const refining = stages.flatMap(({ source, refines }, i) => (refines === true ? [{ source, i }] : []));
  return refining.flatMap(({ source, i }, n): readonly Finding[] => {
    if (refining.findIndex((other) => other.source === source) === n) return [];
    const advice = 'leave refines out at all but one of the stages with this source';
    const message = `the labels of ${String(source)} are refined by an earlier stage already`;
    return [{ code: 'refined_twice', path: [...path, i, 'refines'], message, advice }];
  });
}

function checkAssignment(
  assignment: Loose,
  path: ValuePath,
  zones: readonly string[],
  camera: string,
): readonly Finding[] {
  const { region } = assignment;
  const findings: Finding[] = [];
  if (assignment['fps'] !== undefined && assignment['interval'] !== undefined) {
    const advice = 'leave one of them out: they mean the same';
    findings.push({ code: 'rate_twice', path: [...path, 'interval'], message: 'is given together with fps', advice });
  }
  if (typeof region === 'string' && !zones.includes(region)) {
    findings.push(unknownName('zone', region, zones, [...path, 'region'], ` on camera ${camera}`));
  }
  const [x1, y1, x2, y2] = listOf(region);
  const sides = [x1, y1, x2, y2].map(Number);
  const [left = 0, top = 0, right = 1, bottom = 1] = sides;
  if (Array.isArray(region) && sides.every(Number.isFinite) && (right - left < 1e-3 || bottom - top < 1e-3)) {
    const advice = 'give left, top, right, bottom: the third larger than the first, the fourth larger than the second';
    findings.push({ code: 'region_empty', path: [...path, 'region'], message: 'encloses nothing', advice });
  }
  return findings;
}

/** Masks must cover something, and whoever is to be blurred must be seen everywhere in the picture. */
export function checkPrivacy(camera: Loose, path: ValuePath): readonly Finding[] {
  const privacy = camera['privacy'];
  if (!isLoose(privacy)) return [];
  const { blur, model = 'ppe' } = privacy;
  const flat = listOf(privacy['masks']).flatMap((mask, i) => {
    const points = pairsOf(mask);
    if (points.length < 3 || areaOf(points) > 1e-6) return [];
    const advice = 'give the corners in order around the part that is to be covered';
    return [{ code: 'mask_flat', path: [...path, 'masks', i], message: 'covers nothing', advice }];
  });
  if ((blur !== 'heads' && blur !== 'persons') || typeof model !== 'string') return flat;
  const uses = listOf(camera['models']).map((entry) => (isLoose(entry) ? entry : { id: entry }));
  const use = uses.find(({ id }) => id === model);
  if (use === undefined) {
    return [
      ...flat,
      {
        code: 'blur_without_model',
        path: [...path, 'blur'],
        message: `${blur} cannot be covered: camera ${String(camera['id'])} does not run model ${model}, which would detect them`,
        advice: `add ${model} to models: of this camera, name another of its models in privacy.model, or use masks`,
      },
    ];
  }
  if (use['region'] === undefined) return flat;
  return [
    ...flat,
    {
      code: 'blur_region',
      path: [...path, 'blur'],
      message: `${blur} outside of its region would stay clear: model ${model} inspects only a part of the picture`,
      advice: `leave region out for ${model}, give the model a second id under models: without one, or use masks`,
    },
  ];
}

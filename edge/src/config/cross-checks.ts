import type { ValuePath } from '@lineside/kit';
import { DEFAULT_SHIFTS } from '@lineside/protocol/coverage';
import { pointProtocolOf } from '../plant/points/index.ts';
import { definitionOf, RuleOptions } from '../rules/index.ts';
import { nearest } from './distance.ts';
import type { Finding } from './issues.ts';
import { factsMissing, withFacts } from './recipe-facts.ts';

type Loose = Readonly<Record<string, unknown>>;

/**
 * Checks of several keys together, on a value that the schema may have refused elsewhere, so that all errors are
 * reported together. A value of the wrong type is passed over here, because the schema reports it.
 * `catalog` holds the ids of the models that ship.
 */
export function crossCheck(value: unknown, catalog: readonly string[]): readonly Finding[] {
  if (!isLoose(value)) return [];
  const cameras = groups(value['cameras']);
  const models = groups(value['models']);
  const rules = groups(value['rules']);
  const signals = groups(value['signals']);
  const known = [...new Set([...idsOf(models), ...catalog])];
  return [
    ...duplicates(cameras, ['cameras']),
    ...duplicates(models, ['models']),
    ...duplicates(rules, ['rules']),
    ...duplicates(signals, ['signals']),
    ...duplicates(groups(isLoose(value['alerts']) ? value['alerts']['to'] : undefined), ['alerts', 'to']),
    ...duplicates(groups(value['recipes']), ['recipes']),
    ...duplicates(groups(value['outputs']), ['outputs']),
    ...duplicates(groups(value['feeds']), ['feeds']),
    ...groups(value['outputs']).flatMap((output, i) => checkOutput(output, ['outputs', i], { cameras, rules })),
    ...groups(value['recipes']).flatMap((recipe, i) => checkRecipe(recipe, ['recipes', i], rules)),
    ...groups(value['recipes']).flatMap((recipe, i) => checkFacts(recipe, ['recipes', i], rules)),
    ...checkProduction(value['production'], signals, rules),
    ...cameras.flatMap((camera, i) => duplicates(groups(camera['zones']), ['cameras', i, 'zones'])),
    ...cameras.flatMap((camera, i) => flatZones(groups(camera['zones']), ['cameras', i, 'zones'])),
    ...cameras.flatMap((camera, i) => unknownModels(camera, ['cameras', i], known)),
    ...cameras.flatMap((camera, i) => assignmentsOf(camera, ['cameras', i])),
    ...cameras.flatMap((camera, i) => checkPrivacy(camera, ['cameras', i, 'privacy'])),
    ...rules.flatMap((rule, i) => checkRule(rule, ['rules', i], cameras)),
    ...rules.flatMap((rule, i) => unknownShifts(rule, ['rules', i], shiftNames(value['shifts']))),
    ...rules.flatMap((rule, i) => checkSignals(rule, ['rules', i], signals)),
  ];
}

function duplicates(items: readonly Loose[], path: ValuePath): readonly Finding[] {
  const seen = new Set<string>();
  return items.flatMap((item, i) => {
    const id = item['id'];
    if (typeof id !== 'string') return [];
    const first = !seen.has(id);
    seen.add(id);
    if (first) return [];
    return [
      {
        code: 'duplicate_id',
        path: [...path, i, 'id'],
        message: `${id} is used twice`,
        advice: 'give each its own id',
      },
    ];
  });
}

function flatZones(zones: readonly Loose[], path: ValuePath): readonly Finding[] {
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

function unknownModels(camera: Loose, path: ValuePath, known: readonly string[]): readonly Finding[] {
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

/** Rules must judge products of the output's camera by one model; the way to the output is a time or counts. */
function checkOutput(
  output: Loose,
  path: ValuePath,
  { cameras, rules }: { readonly cameras: readonly Loose[]; readonly rules: readonly Loose[] },
): readonly Finding[] {
  const camera = output['camera'];
  if (typeof camera === 'string' && !idsOf(cameras).includes(camera)) {
    return [unknownName('camera', camera, idsOf(cameras), [...path, 'camera'])];
  }
  const own = rules.filter((rule) => rule['camera'] === camera);
  const judging = own.filter((rule) => definitionOf(String(rule['type']))?.judgesPieces === true);
  const named = listOf(output['rules']);
  const findings: Finding[] = named.flatMap((name, i): readonly Finding[] => {
    if (typeof name !== 'string' || judging.some(({ id }) => id === name)) return [];
    const place = [...path, 'rules', i];
    if (!own.some(({ id }) => id === name))
      return [unknownName('rule', name, idsOf(judging), place, ` of camera ${String(camera)}`)];
    const advice = `rules of these types can: product_defect, code_check; on this camera: ${idsOf(judging).join(', ') || 'none'}`;
    return [{ code: 'output_rule', path: place, message: `rule ${name} says nothing of single products`, advice }];
  });
  const models = new Set(judging.filter(({ id }) => named.includes(id)).map(modelOf));
  if (models.size > 1) {
    const advice = 'make an output for each model';
    findings.push({ code: 'output_models', path: [...path, 'rules'], message: 'read different models', advice });
  }
  return [...findings, ...checkWay(output, path), ...checkPoints(output, path)];
}

function checkWay(output: Loose, path: ValuePath): readonly Finding[] {
  const { delay, counts, encoder } = output;
  if (delay !== undefined && counts !== undefined) {
    const advice = 'leave delay out where an encoder counts the way';
    return [{ code: 'output_way', path: [...path, 'counts'], message: 'is given together with delay', advice }];
  }
  if (delay === undefined && counts === undefined) {
    const advice = 'give delay: 1500ms at constant speed, or counts: with encoder:';
    return [{ code: 'output_way', path, message: 'does not say how far the output is from the line', advice }];
  }
  if ((counts === undefined) === (encoder === undefined)) return [];
  const advice = 'counts and encoder belong together';
  return [{ code: 'output_way', path, message: 'has counts without an encoder, or an encoder without counts', advice }];
}

/** The forms of points, by the protocol of the controller. */
function checkPoints(output: Loose, path: ValuePath): readonly Finding[] {
  const protocol = typeof output['url'] === 'string' ? pointProtocolOf(output['url']) : undefined;
  const { reject, results, encoder, acknowledge } = output;
  const points = [
    [reject, [...path, 'reject']],
    [results, [...path, 'results']],
    [isLoose(encoder) ? encoder['point'] : undefined, [...path, 'encoder', 'point']],
    [isLoose(acknowledge) ? acknowledge['point'] : undefined, [...path, 'acknowledge', 'point']],
  ] as const;
  const findings: Finding[] = points.flatMap(([text, place]): readonly Finding[] => {
    const problem = typeof text === 'string' ? protocol?.pointProblem(text) : undefined;
    const advice = 'see docs/plant.md for the forms of points';
    return problem === undefined ? [] : [{ code: 'output_point', path: place, message: problem, advice }];
  });
  if (typeof results === 'string' && protocol?.blockAt(results) === 0) {
    const advice = 'name a holding register: holding:100';
    findings.push({ code: 'output_point', path: [...path, 'results'], message: 'cannot hold registers', advice });
  }
  if (reject !== undefined || results !== undefined) return findings;
  const advice = 'give reject:, results:, or both';
  return [...findings, { code: 'output_point', path, message: 'writes nothing', advice }];
}

/** Models that give results for a camera, in either form, with where they are named. */
function modelsOf(camera: Loose, path: ValuePath = []): readonly { readonly id: string; readonly path: ValuePath }[] {
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
function assignmentsOf(camera: Loose, path: ValuePath): readonly Finding[] {
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

/** Masks must cover something, and whoever is to be blurred must be seen everywhere in the picture. */
function checkPrivacy(camera: Loose, path: ValuePath): readonly Finding[] {
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

function checkRule(rule: Loose, path: ValuePath, cameras: readonly Loose[]): readonly Finding[] {
  const name = rule['camera'];
  if (typeof name !== 'string') return [];
  const camera = cameras.find((candidate) => candidate['id'] === name);
  if (camera === undefined) return [unknownName('camera', name, idsOf(cameras), [...path, 'camera'])];
  const findings: Finding[] = [];
  const zones = idsOf(groups(camera['zones']));
  for (const option of definitionOf(String(rule['type']))?.zoneOptions ?? ['zone']) {
    for (const { zone, place } of zonesIn(rule[option], [...path, option])) {
      if (!zones.includes(zone)) findings.push(unknownName('zone', zone, zones, place, ` on camera ${name}`));
    }
  }
  for (const { model, place } of modelsRead(rule, path)) {
    if (modelsOf(camera).some(({ id }) => id === model)) continue;
    findings.push({
      code: 'model_not_on_camera',
      path: place,
      message: `reads model ${model}, which camera ${name} does not have`,
      advice: `add ${model} to the models of camera ${name}`,
    });
  }
  return findings;
}

/** An option names one zone, or a list of them. */
function zonesIn(value: unknown, path: ValuePath): readonly { readonly zone: string; readonly place: ValuePath }[] {
  if (typeof value === 'string') return [{ zone: value, place: path }];
  return listOf(value).flatMap((zone, i) => (typeof zone === 'string' ? [{ zone, place: [...path, i] }] : []));
}

function unknownShifts(rule: Loose, path: ValuePath, known: readonly string[]): readonly Finding[] {
  return listOf(rule['shifts']).flatMap((name, i) =>
    typeof name === 'string' && !known.includes(name)
      ? [unknownName('shift', name, known, [...path, 'shifts', i])]
      : [],
  );
}

/** Names of the shifts of the file, or of those that stand for it where it has none. */
function shiftNames(value: unknown): readonly string[] {
  const list = isLoose(value) ? value['list'] : undefined;
  const names = groups(list).flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
  return Array.isArray(list) ? names : DEFAULT_SHIFTS.map(({ name }) => name);
}

/** Signals that a rule reads: they must exist, and have a type that the rule understands. */
function checkSignals(rule: Loose, path: ValuePath, signals: readonly Loose[]): readonly Finding[] {
  return (definitionOf(String(rule['type']))?.signalOptions ?? []).flatMap(({ option, types }) => {
    const name = rule[option];
    if (typeof name !== 'string') return [];
    const signal = signals.find((candidate) => candidate['id'] === name);
    if (signal === undefined) return [unknownName('signal', name, idsOf(signals), [...path, option])];
    const type = signal['type'] ?? 'number';
    if (typeof type !== 'string' || (types as readonly string[]).includes(type)) return [];
    const advice = `give signal ${name} the type ${types.join(' or ')}, or name another signal`;
    return [{ code: 'signal_type', path: [...path, option], message: `signal ${name} has the type ${type}`, advice }];
  });
}

/** What a recipe changes must be there, and must lead to options that the rule can have. */
function checkRecipe(recipe: Loose, path: ValuePath, rules: readonly Loose[]): readonly Finding[] {
  const changes = recipe['rules'];
  if (!isLoose(changes)) return [];
  return Object.entries(changes).flatMap(([id, options]): readonly Finding[] => {
    const place = [...path, 'rules', id];
    const rule = rules.find((candidate) => candidate['id'] === id);
    if (rule === undefined) return [unknownName('rule', id, idsOf(rules), place)];
    if (!isLoose(options)) return [];
    const fixed = ['id', 'type', 'camera'].find((option) => option in options);
    if (fixed !== undefined) {
      const advice = 'a recipe changes options of a rule; for another rule add one under rules:';
      return [{ code: 'recipe_option', path: [...place, fixed], message: 'is not changed by a recipe', advice }];
    }
    // What is wrong with the rule itself is reported with the rule.
    if (!RuleOptions.safeParse(rule).success) return [];
    const { success, error } = RuleOptions.safeParse({ ...rule, ...options });
    if (success) return [];
    return error.issues.map((issue) => ({
      code: 'recipe_option',
      path: [...place, ...issue.path],
      message: `is no option that rule ${id} can have: ${issue.message}`,
      advice: `see the options of ${String(rule['type'])} in docs/rules.md`,
    }));
  });
}

/** Rules whose texts hold facts of the recipe: each recipe must have them, with values that the rule can use. */
function checkFacts(recipe: Loose, path: ValuePath, rules: readonly Loose[]): readonly Finding[] {
  const { id, product } = recipe;
  if (typeof id !== 'string' || id === '') return [];
  const named = typeof product === 'string' ? { product } : {};
  const facts = { id, ...named, fields: factsIn(recipe['fields']) };
  return rules.flatMap((rule): readonly Finding[] => {
    const type = typeof rule['type'] === 'string' ? rule['type'] : '';
    if (definitionOf(type)?.usesRecipe !== true || !RuleOptions.safeParse(rule).success) return [];
    const ruleId = String(rule['id']);
    const changes = isLoose(recipe['rules']) ? recipe['rules'][ruleId] : undefined;
    const changed = { ...rule, ...(isLoose(changes) ? changes : {}) };
    const missing = factsMissing(changed, facts);
    if (missing.length > 0) {
      const advice = `write ${missing.map((name) => `${name}: ...`).join(', ')} under fields: of this recipe`;
      const message = `has no ${missing.join(', ')}, which rule ${ruleId} needs`;
      return [{ code: 'recipe_fact_missing', path: [...path, 'fields'], message, advice }];
    }
    // What the recipe's own options break is reported with them.
    const { success, error } = RuleOptions.safeParse(withFacts(changed, facts));
    if (success || !RuleOptions.safeParse(changed).success) return [];
    return error.issues.map((issue) => ({
      ...{ code: 'recipe_option', path: [...path, 'fields'] },
      message: `a fact cannot be used by rule ${ruleId} (${issue.path.join('.')}): ${issue.message}`,
      advice: `see the options of ${type} in docs/rules.md`,
    }));
  });
}

function factsIn(value: unknown): Readonly<Record<string, string | number | boolean>> {
  if (!isLoose(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string | number | boolean] =>
      ['string', 'number', 'boolean'].includes(typeof entry[1]),
    ),
  );
}

/** Signals and the rule that `production` names. */
function checkProduction(value: unknown, signals: readonly Loose[], rules: readonly Loose[]): readonly Finding[] {
  if (!isLoose(value)) return [];
  const texts = signals.filter((signal) => signal['type'] === 'text');
  const counters = rules.filter((rule) => rule['type'] === 'count');
  const named = [
    ['signal', 'productSignal', texts],
    ['signal', 'batchSignal', texts],
    ['rule', 'counter', counters],
  ] as const;
  return named.flatMap(([what, option, known]) => {
    const name = value[option];
    if (typeof name !== 'string' || known.some((one) => one['id'] === name)) return [];
    return [unknownName(what, name, idsOf(known), ['production', option])];
  });
}

function unknownName(
  what: 'camera' | 'zone' | 'shift' | 'signal' | 'rule',
  name: string,
  known: readonly string[],
  path: ValuePath,
  where = '',
): Finding {
  const meant = nearest(name, known);
  return {
    code: `unknown_${what}`,
    path,
    message: `no ${what}${where} is called ${name}`,
    advice: meant === undefined ? `known: ${known.join(', ') || 'none'}` : `did you mean ${meant}?`,
  };
}

/** The model of a rule, and those that the entries of its lists name, with their places. */
function modelsRead(rule: Loose, path: ValuePath): readonly { readonly model: string; readonly place: ValuePath }[] {
  const model = modelOf(rule);
  const own = model === undefined ? [] : [{ model, place: [...path, rule['model'] === undefined ? 'type' : 'model'] }];
  const further = Object.entries(rule).flatMap(([option, value]) =>
    groups(value).flatMap(({ model: other }, i) =>
      typeof other === 'string' ? [{ model: other, place: [...path, option, i, 'model'] }] : [],
    ),
  );
  return [...own, ...further];
}

function modelOf(rule: Loose): string | undefined {
  if (rule['model'] !== undefined) return typeof rule['model'] === 'string' ? rule['model'] : undefined;
  return typeof rule['type'] === 'string' ? definitionOf(rule['type'])?.defaultModel : undefined;
}

function areaOf(points: readonly (readonly [number, number])[]): number {
  let twice = 0;
  let previous = points.at(-1);
  for (const point of points) {
    if (previous !== undefined) twice += previous[0] * point[1] - point[0] * previous[1];
    previous = point;
  }
  return Math.abs(twice) / 2;
}

function pairsOf(value: unknown): readonly (readonly [number, number])[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((pair: unknown) => {
    if (!Array.isArray(pair)) return [];
    const [x, y] = pair as unknown[];
    return typeof x === 'number' && typeof y === 'number' ? [[x, y] as const] : [];
  });
}

function idsOf(items: readonly Loose[]): readonly string[] {
  return items.flatMap((item) => (typeof item['id'] === 'string' ? [item['id']] : []));
}

function groups(value: unknown): readonly Loose[] {
  return Array.isArray(value) ? value.map((item: unknown) => (isLoose(item) ? item : {})) : [];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isLoose(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

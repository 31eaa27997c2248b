import type { ValuePath } from '@lineside/kit';
import { DEFAULT_SHIFTS } from '@lineside/protocol/coverage';
import { definitionOf } from '../../rules/index.ts';
import type { Finding } from '../issues.ts';
import { type Loose, groups, idsOf, isLoose, listOf } from './loose.ts';
import { unknownName } from './findings.ts';
import { modelsOf } from './cameras.ts';

/** Camera, zones and models that a rule names must be there. */
export function checkRule(rule: Loose, path: ValuePath, cameras: readonly Loose[]): readonly Finding[] {
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

/** The model that a rule reads, its own or that of its type. */
export function modelOf(rule: Loose): string | undefined {
  if (rule['model'] !== undefined) return typeof rule['model'] === 'string' ? rule['model'] : undefined;
  return typeof rule['type'] === 'string' ? definitionOf(rule['type'])?.defaultModel : undefined;
}

/** Shifts that a rule names must be there. */
export function unknownShifts(rule: Loose, path: ValuePath, known: readonly string[]): readonly Finding[] {
  return listOf(rule['shifts']).flatMap((name, i) =>
    typeof name === 'string' && !known.includes(name)
      ? [unknownName('shift', name, known, [...path, 'shifts', i])]
      : [],
  );
}

/** Names of the shifts of the file, or of those that stand for it where it has none. */
export function shiftNames(value: unknown): readonly string[] {
  const list = isLoose(value) ? value['list'] : undefined;
  const names = groups(list).flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
  return Array.isArray(list) ? names : DEFAULT_SHIFTS.map(({ name }) => name);
}

/** Signals that a rule reads: they must exist, and have a type that the rule understands. */
export function checkSignals(rule: Loose, path: ValuePath, signals: readonly Loose[]): readonly Finding[] {
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

import type { Finding } from '../issues.ts';
import { groups, idsOf, isLoose } from './loose.ts';
import { duplicates } from './findings.ts';
import { checkAssignments, checkPrivacy, flatZones, unknownModels } from './cameras.ts';
import { checkOutput } from './outputs.ts';
import { checkRule, checkSignals, shiftNames, unknownShifts } from './rules.ts';
import { checkFacts, checkRecipe } from './recipes.ts';
import { checkProduction } from './production.ts';

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
    ...cameras.flatMap((camera, i) => checkAssignments(camera, ['cameras', i])),
    ...cameras.flatMap((camera, i) => checkPrivacy(camera, ['cameras', i, 'privacy'])),
    ...rules.flatMap((rule, i) => checkRule(rule, ['rules', i], cameras)),
    ...rules.flatMap((rule, i) => unknownShifts(rule, ['rules', i], shiftNames(value['shifts']))),
    ...rules.flatMap((rule, i) => checkSignals(rule, ['rules', i], signals)),
  ];
}

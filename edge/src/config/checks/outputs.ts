import type { ValuePath } from '@lineside/kit';
import { pointProtocolOf } from '../../plant/points/index.ts';
import { definitionOf } from '../../rules/index.ts';
import type { Finding } from '../issues.ts';
import { type Loose, idsOf, isLoose, listOf } from './loose.ts';
import { unknownName } from './findings.ts';
import { modelOf } from './rules.ts';

/** Rules must judge products of the output's camera by one model; the way to the output is a time or counts. */
export function checkOutput(
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

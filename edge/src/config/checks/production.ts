import type { Finding } from '../issues.ts';
import { type Loose, idsOf, isLoose } from './loose.ts';
import { unknownName } from './findings.ts';

/** Signals and the rule that `production` names. */
export function checkProduction(
  value: unknown,
  signals: readonly Loose[],
  rules: readonly Loose[],
): readonly Finding[] {
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

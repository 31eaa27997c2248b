import type { ValuePath } from '@lineside/kit';
import { nearest } from '../distance.ts';
import type { Finding } from '../issues.ts';
import { type Loose } from './loose.ts';

/** Ids that are used twice in one list. */
export function duplicates(items: readonly Loose[], path: ValuePath): readonly Finding[] {
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

/** A name that leads nowhere, with the one that may be meant. */
export function unknownName(
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

import { SecretText } from '@lineside/kit';
import { type Restart, RESTARTS } from '../fields/index.ts';
import type { Config } from './config.ts';
import { configJsonSchema, groupOf, type SchemaNode } from './describe.ts';

/** One key that differs. */
export interface ConfigChange {
  /** Keys and, for entries of a list, their ids: `['cameras', 'packing', 'url']`. */
  readonly steps: readonly string[];
  /** The same as text: `cameras.packing.url`. */
  readonly path: string;
  readonly kind: 'added' | 'removed' | 'changed';
  /** From the schema's metadata. */
  readonly restart: Restart;
}

export interface ConfigDiff {
  readonly changes: readonly ConfigChange[];
  /** The furthest reach of all changes; `none` also when nothing changed. */
  readonly restart: Restart;
}

/** What differs between two configurations and what each change restarts. */
export function diffConfig(before: Config, after: Config): ConfigDiff {
  const changes = compareGroups(before, after, configJsonSchema(), []);
  const furthest = Math.max(0, ...changes.map((change) => RESTARTS.indexOf(change.restart)));
  return { changes, restart: RESTARTS[furthest] ?? 'process' };
}

type Group = Readonly<Record<string, unknown>>;

function compareGroups(
  a: Group,
  b: Group,
  schema: SchemaNode | undefined,
  steps: readonly string[],
): readonly ConfigChange[] {
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return keys.flatMap((key) => compare(a[key], b[key], groupOf(schema)?.properties?.[key], [...steps, key]));
}

function compare(
  a: unknown,
  b: unknown,
  schema: SchemaNode | undefined,
  steps: readonly string[],
): readonly ConfigChange[] {
  const change = (kind: ConfigChange['kind']): readonly ConfigChange[] => [
    { steps, path: steps.join('.'), kind, restart: schema?.['x-restart'] ?? 'process' },
  ];
  if (a === undefined || b === undefined) {
    if (a === b) return [];
    return change(a === undefined ? 'added' : 'removed');
  }
  const [listA, listB] = [byId(a), byId(b)];
  if (listA !== undefined && listB !== undefined) return compareLists(listA, listB, schema, steps);
  // A group of the schema; a quantity such as { ms: 5000 } is one value.
  if (groupOf(schema)?.properties !== undefined && isGroup(a) && isGroup(b)) return compareGroups(a, b, schema, steps);
  return same(a, b) ? [] : change('changed');
}

/** Equal to the last level. A secret prints as `***`, so it is asked itself. */
function same(a: unknown, b: unknown): boolean {
  if (a instanceof SecretText && b instanceof SecretText) return a.equals(b);
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const [inA, inB] = [Object.entries(a), Object.entries(b)];
  return inA.length === inB.length && inA.every(([key, value]) => same(value, Reflect.get(b, key)));
}

function compareLists(
  a: ReadonlyMap<string, Group>,
  b: ReadonlyMap<string, Group>,
  schema: SchemaNode | undefined,
  steps: readonly string[],
): readonly ConfigChange[] {
  const restart = schema?.['x-restart'] ?? 'process';
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((id) => {
    const here = [...steps, id];
    const [before, after] = [a.get(id), b.get(id)];
    const change = { steps: here, path: here.join('.'), restart };
    if (before === undefined) return [{ ...change, kind: 'added' as const }];
    if (after === undefined) return [{ ...change, kind: 'removed' as const }];
    return compareGroups(before, after, schema?.items, here);
  });
}

/** The entries of a list of groups by their id, or for second stages their model; undefined for any other value. */
function byId(value: unknown): ReadonlyMap<string, Group> | undefined {
  if (!Array.isArray(value)) return undefined;
  const entries = new Map<string, Group>();
  for (const item of value as readonly unknown[]) {
    if (!isGroup(item)) return undefined;
    const id = item['id'] ?? item['model'];
    if (typeof id !== 'string') return undefined;
    entries.set(id, item);
  }
  return entries;
}

function isGroup(value: unknown): value is Group {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof SecretText);
}

import { type Config, type FileGroup, type FileValue, toFileForm } from './config.ts';
import { configJsonSchema, groupOf, type Restart, RESTARTS, type SchemaNode } from './describe.ts';
import { SecretText } from '../fields/index.ts';

/** One key that differs. */
export interface ConfigChange {
  /** Entries of lists by their id: `cameras.packing.url`. */
  readonly path: string;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly restart: Restart;
  /** The camera that must start anew, when `restart` is `camera`. */
  readonly camera?: string;
}

export interface ConfigDiff {
  readonly changes: readonly ConfigChange[];
  /** The furthest reach of all changes; `none` also when nothing changed. */
  readonly restart: Restart;
}

/** What differs between two configurations and what must start anew for it. */
export function diffConfig(before: Config, after: Config): ConfigDiff {
  const changes = compareGroups(toFileForm(before), toFileForm(after), configJsonSchema(), '');
  const attributed = changes.map((change) => withCamera(change, before, after));
  const furthest = Math.max(0, ...attributed.map((change) => RESTARTS.indexOf(change.restart)));
  return { changes: attributed, restart: RESTARTS[furthest] ?? 'process' };
}

function compareGroups(
  a: FileGroup,
  b: FileGroup,
  schema: SchemaNode | undefined,
  path: string,
): readonly ConfigChange[] {
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return keys.flatMap((key) => {
    const here = path === '' ? key : `${path}.${key}`;
    return compare(a[key], b[key], groupOf(schema)?.properties?.[key], here);
  });
}

function compare(
  a: FileValue | undefined,
  b: FileValue | undefined,
  schema: SchemaNode | undefined,
  path: string,
): readonly ConfigChange[] {
  const restart = schema?.['x-restart'] ?? 'process';
  if (a === undefined || b === undefined) {
    if (a === b) return [];
    return [{ path, kind: a === undefined ? 'added' : 'removed', restart }];
  }
  if (a instanceof SecretText && b instanceof SecretText) {
    return a.equals(b) ? [] : [{ path, kind: 'changed', restart }];
  }
  const listA = byId(a);
  const listB = byId(b);
  if (listA !== undefined && listB !== undefined) return compareLists(listA, listB, schema, path);
  if (isGroup(a) && isGroup(b)) return compareGroups(a, b, schema, path);
  return JSON.stringify(a) === JSON.stringify(b) ? [] : [{ path, kind: 'changed', restart }];
}

function compareLists(
  a: ReadonlyMap<string, FileGroup>,
  b: ReadonlyMap<string, FileGroup>,
  schema: SchemaNode | undefined,
  path: string,
): readonly ConfigChange[] {
  const restart = schema?.['x-restart'] ?? 'process';
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((id) => {
    const here = `${path}.${id}`;
    const [before, after] = [a.get(id), b.get(id)];
    if (before === undefined) return [{ path: here, kind: 'added' as const, restart }];
    if (after === undefined) return [{ path: here, kind: 'removed' as const, restart }];
    return compareGroups(before, after, schema?.items, here);
  });
}

/** The entries of a list of groups with ids; undefined for any other value. */
function byId(value: FileValue): ReadonlyMap<string, FileGroup> | undefined {
  if (!Array.isArray(value)) return undefined;
  const entries = new Map<string, FileGroup>();
  for (const item of value as readonly FileValue[]) {
    const id = isGroup(item) ? item['id'] : undefined;
    if (typeof id !== 'string' || !isGroup(item)) return undefined;
    entries.set(id, item);
  }
  return entries;
}

function isGroup(value: FileValue): value is FileGroup {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof SecretText);
}

function withCamera(change: ConfigChange, before: Config, after: Config): ConfigChange {
  if (change.restart !== 'camera') return change;
  const [list, id] = change.path.split('.');
  if (list === 'cameras' && id !== undefined) return { ...change, camera: cameraIn(change.path, after) ?? id };
  const rule = [...after.rules, ...before.rules].find((candidate) => change.path.startsWith(`rules.${candidate.id}`));
  return rule === undefined ? change : { ...change, camera: rule.camera };
}

/** Ids may hold dots, so the camera is the longest id that the path begins with. */
function cameraIn(path: string, config: Config): string | undefined {
  return config.cameras
    .map((camera) => camera.id)
    .filter((id) => path === `cameras.${id}` || path.startsWith(`cameras.${id}.`))
    .sort((a, b) => b.length - a.length)[0];
}

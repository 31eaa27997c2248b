import type { ValuePath } from '@lineside/kit';
import { isMap, isScalar, isSeq, parseDocument } from 'yaml';

/** A key that had another name before, in the group at `group` (`cameras[].stages[]`). */
export interface Rename {
  readonly group: string;
  readonly from: string;
  readonly to: string;
}

/** Every key that was renamed. The old name is an error that names the new one; a kept configuration is migrated. */
export const RENAMES: readonly Rename[] = [
  { group: 'cameras[].models[]', from: 'every', to: 'interval' },
  { group: 'cameras[].stages[]', from: 'after', to: 'source' },
  { group: 'cameras[].stages[]', from: 'margin', to: 'padding' },
  { group: 'cameras[].stages[]', from: 'most', to: 'maxDetections' },
  { group: 'models[]', from: 'score', to: 'minScore' },
  { group: 'models[]', from: 'expect', to: 'expectedProvider' },
  { group: 'rules[]', from: 'longerThan', to: 'minDuration' },
  { group: 'uplink', from: 'maxRate', to: 'bandwidthLimit' },
  { group: 'uplink', from: 'media', to: 'mediaWindow' },
  { group: 'storage', from: 'keepDelivered', to: 'deliveredRetention' },
  { group: 'inference', from: 'expect', to: 'expectedProvider' },
  { group: 'inference', from: 'buildMemory', to: 'buildMemoryLimit' },
  { group: 'inference', from: 'buildLimit', to: 'buildTimeout' },
];

/** Every value that was renamed, of a key in a group. */
export const VALUE_RENAMES: readonly (Rename & { readonly key: string })[] = [
  { group: 'rules[]', key: 'type', from: 'dirt', to: 'spill' },
];

/** The rename that `value` had at the key at `path`, or undefined where it had none. */
export function valueRenameOf(path: ValuePath, value: string): Rename | undefined {
  const group = groupText(path.slice(0, -1));
  return VALUE_RENAMES.find((rename) => rename.group === group && rename.key === path.at(-1) && rename.from === value);
}

/** The rename that `key` had in the group at `path`, or undefined where it had none. */
export function renameOf(path: ValuePath, key: string): Rename | undefined {
  const group = groupText(path);
  return RENAMES.find((rename) => rename.group === group && rename.from === key);
}

/** `['rules', 0]` is `rules[]`. */
function groupText(path: ValuePath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[]`;
    return text === '' ? String(step) : `${text}.${String(step)}`;
  }, '');
}

/** `text` with every old key and value under its new name; comments and order stay. Text that is not YAML stays as it is. */
export function migrateConfigText(text: string): string {
  try {
    return migrated(text);
  } catch {
    // A kept file that was damaged: the check that follows says what is wrong with it.
    return text;
  }
}

function migrated(text: string): string {
  const document = parseDocument(text, { prettyErrors: false });
  if (document.errors.length > 0) return text;
  let renamed = 0;
  const visit = (node: unknown, path: ValuePath): void => {
    if (isSeq(node)) for (const [i, item] of [...node.items].entries()) visit(item, [...path, i]);
    if (!isMap(node)) return;
    const keys = new Set(node.items.map(({ key }) => (isScalar(key) ? key.value : undefined)));
    for (const { key, value } of node.items) {
      if (!isScalar(key) || typeof key.value !== 'string') continue;
      const name = key.value;
      const rename = renameOf(path, name);
      if (rename !== undefined && !keys.has(rename.to)) {
        key.value = rename.to;
        renamed += 1;
      }
      const newValue =
        isScalar(value) && typeof value.value === 'string' ? valueRenameOf([...path, name], value.value) : undefined;
      if (newValue !== undefined && isScalar(value)) {
        value.value = newValue.to;
        renamed += 1;
      }
      visit(value, [...path, name]);
    }
  };
  visit(document.contents, []);
  return renamed === 0 ? text : document.toString({ lineWidth: 0 });
}

import type { ModelManifest } from '../spec.ts';

/** Outputs that are read, in the order of the family's roles. */
export function outputNames({ name, names, options }: ModelManifest['output']): readonly string[] {
  const map = options?.mapOutput;
  return [...new Set([...(names ?? [name]), ...(map === undefined ? [] : [map])])];
}

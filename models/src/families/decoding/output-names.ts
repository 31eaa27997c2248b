import type { OutputForm } from '../../form/index.ts';

/** Outputs that are read, in the order of the family's roles. */
export function outputNames({ name, names, options }: OutputForm): readonly string[] {
  const map = options?.mapOutput;
  return [...new Set([...(names ?? [name]), ...(map === undefined ? [] : [map])])];
}

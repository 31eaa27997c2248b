import type { ModelFamily } from './family.ts';
import * as registry from './registry.ts';

export type FamilyName = (typeof registry)[keyof typeof registry]['name'];

/** Every family, in alphabetical order. */
export const FAMILIES: readonly ModelFamily<FamilyName>[] = Object.values(registry).sort((a, b) =>
  a.name < b.name ? -1 : 1,
);

export const FAMILY_NAMES: readonly FamilyName[] = FAMILIES.map(({ name }) => name);

const BY_NAME: ReadonlyMap<string, ModelFamily<FamilyName>> = new Map(FAMILIES.map((family) => [family.name, family]));

/** The family with this name. */
export function familyOf(name: FamilyName): ModelFamily<FamilyName> {
  const family = findFamily(name);
  if (family === undefined) throw new RangeError(`there is no model family ${name}`);
  return family;
}

export function findFamily(name: string | undefined): ModelFamily<FamilyName> | undefined {
  return name === undefined ? undefined : BY_NAME.get(name);
}

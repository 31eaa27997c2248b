/** What one of each unit is worth in the base unit, largest unit last or first: the order does not matter. */
export type UnitTable = Readonly<Record<string, number>>;

/** One number and one unit without a space between them: `1.5h`. */
export function quantityPattern(units: UnitTable): RegExp {
  return new RegExp(String.raw`^(\d+(?:\.\d+)?)(${Object.keys(units).join('|')})$`);
}

/** The quantity in the base unit, or undefined where `text` is none. */
export function parseQuantity(text: string, units: UnitTable): number | undefined {
  const match = quantityPattern(units).exec(text);
  const factor = units[match?.[2] ?? ''];
  return factor === undefined ? undefined : Number(match?.[1]) * factor;
}

/** The quantity in the first of `preferred` that divides it, or else in the last. */
export function formatQuantity(value: number, units: UnitTable, preferred: readonly string[]): string {
  const unit = preferred.find((candidate) => value % (units[candidate] ?? Number.NaN) === 0 && value !== 0);
  const chosen = unit ?? preferred.at(-1) ?? '';
  return `${value / (units[chosen] ?? 1)}${chosen}`;
}

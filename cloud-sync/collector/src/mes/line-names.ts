/** What the plant's database calls a line. */
export interface LineName {
  readonly site?: string | undefined;
  readonly line: string;
}

/** Names by device; a device that is not in it is its own line, without a site. */
export type LineNames = Readonly<Record<string, LineName>>;

export function lineOf(device: string, names: LineNames): LineName {
  return Object.hasOwn(names, device) ? (names[device] ?? { line: device }) : { line: device };
}

/**
 * What a tally can count. `counted` is what the line made: forward, less what came back where that is subtracted; `packed`
 * and `marked` are the same number by what is done at the line. `stops` of a line, `operations` at a station. `good` to
 * `missing` are the verdicts on packs.
 */
export const TALLIES = [
  'counted',
  'packed',
  'marked',
  'forward',
  'backward',
  'weighed',
  't1',
  't2',
  'over',
  'no_result',
  'stops',
  'operations',
  'good',
  'wrong',
  'unreadable',
  'missing',
] as const;
export type TallyName = (typeof TALLIES)[number];

/** Something that a rule counted since it was last asked. `count` is negative where it was taken back. */
export interface Tally {
  readonly name: TallyName;
  /** Label of what was counted. */
  readonly label: string;
  readonly count: number;
}

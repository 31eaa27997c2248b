export const INCIDENT_KINDS = ['personnel_violation', 'quality_issue', 'sanitation'] as const;
export type IncidentKind = (typeof INCIDENT_KINDS)[number];

/** Something wrong that a camera shows: what an appliance is expected to report. Seconds of stream time. */
export interface Incident {
  readonly camera: string;
  readonly kind: IncidentKind;
  /** The box's label that shows it: defect, bare_head, spill or litter. */
  readonly label: string;
  /** The kind of defect, where there are several. */
  readonly detail?: string;
  /** The box's objectId in `truth`. */
  readonly objectId: string;
  readonly startSeconds: number;
  readonly endSeconds: number;
  /** Of products: wholly in view from and to. */
  readonly inspectableFrom?: number;
  readonly inspectableTo?: number;
}

/** Something declared, in one of its periods. */
export interface Occurrence<T> {
  readonly declared: T;
  /** Names period and place in the list; the seed of everything that is random about it. */
  readonly key: string;
  readonly index: number;
  /** Stream time at which it begins. */
  readonly at: number;
}

/** All occurrences of a repeating script that begin in [from, to). */
export function occurrences<T extends { readonly at: number }>(
  script: readonly T[],
  period: number,
  from: number,
  to: number,
): Occurrence<T>[] {
  const found: Occurrence<T>[] = [];
  for (let cycle = Math.max(0, Math.floor(from / period) - 1); cycle * period < to; cycle += 1) {
    script.forEach((declared, index) => {
      const at = cycle * period + declared.at;
      if (at >= from && at < to) found.push({ declared, key: `${cycle}.${index}`, index, at });
    });
  }
  return found;
}

export function overlaps(incident: Incident, from: number, to: number): boolean {
  return incident.startSeconds < to && incident.endSeconds > from;
}

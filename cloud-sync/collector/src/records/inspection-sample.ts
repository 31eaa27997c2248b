import { type InspectionSample, type Neighbours, sampleOf, type StoredTelemetry } from '@lineside/protocol/coverage';

export type { InspectionSample, Neighbours } from '@lineside/protocol/coverage';

export interface SampleQuery {
  readonly device: string;
  /** Wall times, both included, milliseconds since 1970. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** A row as both databases return it. */
export type SampleSql = StoredTelemetry;

/** The samples among stored records; what is no counter record is left out. */
export function toSamples(rows: readonly SampleSql[]): readonly InspectionSample[] {
  return rows.flatMap((row) => sampleOf(row) ?? []);
}

/** A row as both databases return it. */
export interface NeighboursSql {
  readonly beforeMs: number | string | null;
  readonly afterMs: number | string | null;
}

export function toNeighbours(row: NeighboursSql | undefined): Neighbours {
  const ms = (value: number | string | null | undefined): number | undefined =>
    value === null || value === undefined ? undefined : Number(value);
  return { beforeMs: ms(row?.beforeMs), afterMs: ms(row?.afterMs) };
}

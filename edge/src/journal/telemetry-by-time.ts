import type Database from 'better-sqlite3';

/** A record of stream `telemetry` with its number and its canonical text. */
export interface TelemetryRow {
  readonly seq: number;
  readonly json: string;
}

// Spelled as the index is, or SQLite would read every row.
const TIME = `json ->> '$.t'`;

/** An index of the telemetry by wall time. Not a part of the format: older programs leave it alone. */
export const TELEMETRY_INDEX = `CREATE INDEX IF NOT EXISTS record_telemetry_time ON record_telemetry(${TIME})`;

/** The telemetry of a journal by the wall times of its records, milliseconds since 1970. Works without the index, slowly. */
export class TelemetryByTime {
  readonly #between: Database.Statement<[number, number], TelemetryRow>;
  readonly #ofKind: Database.Statement<[number, number, string], TelemetryRow>;
  readonly #before: Database.Statement<[number], number>;
  readonly #after: Database.Statement<[number], number>;

  constructor(database: Database.Database) {
    this.#between = database.prepare(
      `SELECT seq, json FROM record_telemetry WHERE ${TIME} BETWEEN ? AND ? AND kind = 'counters' ORDER BY seq`,
    );
    this.#ofKind = database.prepare(
      `SELECT seq, json FROM record_telemetry WHERE ${TIME} BETWEEN ? AND ? AND kind = ? ORDER BY seq`,
    );
    const neighbour = (is: string, order: string): string =>
      `SELECT ${TIME} FROM record_telemetry WHERE ${TIME} ${is} ? AND kind = 'counters' ORDER BY ${TIME} ${order} LIMIT 1`;
    this.#before = database.prepare<[number], number>(neighbour('<', 'DESC')).pluck();
    this.#after = database.prepare<[number], number>(neighbour('>', 'ASC')).pluck();
  }

  /** Counter records of an interval, both ends included, in the order in which they were written. */
  between(fromMs: number, toMs: number): readonly TelemetryRow[] {
    return this.#between.all(fromMs, toMs);
  }

  /** Records of another kind in an interval, in the order in which they were written. */
  ofKind(kind: string, fromMs: number, toMs: number): readonly TelemetryRow[] {
    return this.#ofKind.all(fromMs, toMs, kind);
  }

  /** Wall times of the last counter record before an interval and of the first after it. */
  neighbours(fromMs: number, toMs: number): { readonly beforeMs?: number; readonly afterMs?: number } {
    const [beforeMs, afterMs] = [this.#before.get(fromMs), this.#after.get(toMs)];
    return { ...(beforeMs === undefined ? {} : { beforeMs }), ...(afterMs === undefined ? {} : { afterMs }) };
  }
}

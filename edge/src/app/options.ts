import type { ConfigSources } from '../config/index.ts';
import type { Inspection, LineEvent, Tally } from '../domain/index.ts';
import type { RecordedReading } from '../signals/index.ts';

/** What `runAppliance` needs to know. */
export interface RunOptions {
  /** Absolute path of the configuration file. */
  readonly configPath: string;
  /** Absolute path of the data folder; made where missing. */
  readonly dataDir: string;
  readonly sources: ConfigSources;
  readonly version: string;
  /** Lines for programs instead of people. */
  readonly json: boolean;
  /** Prints one line for the caller of the command: where the page is, that it runs, that it stops. The log is separate. */
  readonly say: (line: string) => void;
  /** Ends the appliance in good order. */
  readonly signal: AbortSignal;
}

/** A video in the place of a camera. */
export interface Recording {
  readonly camera: string;
  /** Absolute path. */
  readonly path: string;
}

export interface ReplayOptions {
  readonly configPath: string;
  readonly sources: ConfigSources;
  readonly version: string;
  readonly recordings: readonly Recording[];
  /** Signals of the plant on the clock of the recordings. With no recording they alone are replayed. */
  readonly signals?: readonly RecordedReading[];
  /**
   * Wall time of the beginning, milliseconds since 1970, for the times of signals, for dates, schedules and shifts. Without
   * it signals have the time of now, and rules no wall time: they are always in force.
   */
  readonly startsAtMs?: number;
  /** The same as a text: `recording` is what the first recording says of itself, else a time, in the zone of the line. */
  readonly clock?: string | undefined;
  /** Results that are there already, in order of time, after those of the recordings. */
  readonly inspections?: Iterable<Inspection>;
  /** Where journal and evidence go; left out, a folder that is removed at the end. */
  readonly dataDir?: string;
  /** Where imported models lie. */
  readonly importedDir?: string;
  /** Called with each transition once it is recorded. */
  readonly onEvent: (event: ReplayEvent) => void;
  /** Called with what a rule counted, at the frame or signal with which it did. */
  readonly onTally?: ((tally: ReplayTally) => void) | undefined;
  readonly signal: AbortSignal;
}

/** A transition on the recording's own clock. */
export interface ReplayEvent extends LineEvent {
  /** Milliseconds from the beginning of the recording. */
  readonly atMs: number;
}

/** What a rule counted at one moment of the recording. */
export interface ReplayTally extends Tally {
  readonly camera: string;
  readonly rule: string;
  readonly atMs: number;
}

export interface ReplayedCamera {
  readonly camera: string;
  readonly model: string;
  readonly offered: number;
  readonly inspected: number;
  readonly skipped: Readonly<Record<string, number>>;
  readonly failed: Readonly<Record<string, number>>;
  /** Length of what was replayed. */
  readonly recordedMs: number;
}

export interface ReplaySummary {
  readonly cameras: readonly ReplayedCamera[];
  /** Incidents that opened, by kind. */
  readonly events: Readonly<Record<string, number>>;
  /** What the rules counted, by rule, then by what and label, such as `counted product`. */
  readonly counts: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Length of the longest recording. */
  readonly recordedMs: number;
  /** Wall time of the beginning, where the replay had one. */
  readonly startsAtMs?: number;
  readonly tookMs: number;
}

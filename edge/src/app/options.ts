import type { ConfigSources } from '../config/index.ts';
import type { LineEvent } from '../domain/index.ts';

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
  /** Where journal and evidence go; left out, a folder that is removed at the end. */
  readonly dataDir?: string;
  /** Where imported models lie. */
  readonly importedDir?: string;
  /** Called with each transition once it is recorded. */
  readonly onEvent: (event: ReplayEvent) => void;
  readonly signal: AbortSignal;
}

/** A transition on the recording's own clock. */
export interface ReplayEvent extends LineEvent {
  /** Milliseconds from the beginning of the recording. */
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
  readonly tookMs: number;
}

import type { TrustedRepository } from '@lineside/models/trust';
import type { RateLimit } from './download.ts';
import type { FileSource } from './file-source.ts';
import type { HealthWindow } from './judge-trial.ts';
import type { ShadowRecord, UpdateOrigin } from './update-journal.ts';

/** What is wanted of this device. */
export interface WantedRelease {
  readonly target: string;
  readonly origin: UpdateOrigin;
  /** The revision of the desired document that named it first. */
  readonly revision?: number | undefined;
}

/** The line, as far as a model can be swapped under it. */
export interface LineUnderUpdate {
  /** Whether a camera uses the model of this id. */
  uses(id: string): boolean;
  /** Reads the bundle of the model again and goes on with it. Rejects where it cannot be run with. */
  reload(id: string): Promise<void>;
  /** True while nothing may be swapped: a batch runs. */
  locked(): boolean;
  /** Counts what cameras do from now on: those that use the model, or all. */
  watch(id?: string): { figures(): HealthWindow; end(): void };
  /** Why the model cannot run, where that is so now. */
  failure(id: string): string | undefined;
}

/** The configuration of this device. */
export interface UpdatableConfiguration {
  /** Series that this device takes; undefined for none. */
  readonly series: string | undefined;
  readonly onLocalChange: 'refuse' | 'replace';
  /** The text of the file now. */
  text(): Promise<string>;
  /** What is wrong with a text on this device; undefined where nothing is. */
  problem(text: string): Promise<string | undefined>;
  /** Keeps a text beside the file, durably; gives the path. The same text has the same path. */
  keep(text: string): Promise<string>;
  /** Writes the file, durably; the line follows it. */
  write(text: string): Promise<void>;
  /** Whether the line runs with this text now; a message where it refuses it. */
  inForce(text: string): boolean | string;
  /** Whether the collector is reached; undefined where there is none. */
  connected?(): boolean | undefined;
}

/** A new model that runs beside the one in use. */
export interface Shadow {
  /** How it does so far. */
  figures(): ShadowRecord;
  /** Why it cannot run, where that is so. */
  failure(): string | undefined;
  /** What speaks against the new model, judged by what was seen so far. */
  judge(): string | undefined;
  end(): Promise<void>;
}

/** What the update machine needs of its owner. */
export interface UpdatePorts {
  readonly device: string;
  readonly version: string;
  /** The repository behind an origin, with its files. Throws UpdateError where none is configured. */
  open(origin: UpdateOrigin): Promise<{ readonly repository: TrustedRepository; readonly files: FileSource }>;
  readonly limit?: RateLimit;
  /** Loads a bundle and compares it with its golden images. Throws UpdateError; gives facts to be shown. */
  prove(dir: string, signal: AbortSignal): Promise<Readonly<Record<string, string | number>>>;
  readonly line: LineUnderUpdate;
  /** Runs a bundle beside the model of this id, on the same frames; undefined where no camera uses it, or no model runs to compare with. */
  shadow?(id: string, bundle: string): Promise<Shadow | undefined>;
  readonly configuration: UpdatableConfiguration;
  /** Writes an audit record. */
  audit(action: string, details: Readonly<Record<string, string | number>>): void;
}

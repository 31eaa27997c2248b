import type { Severity } from '../../domain/index.ts';

/** One camera as other programs see it. Counters only rise while the service runs. */
export interface CameraReport {
  readonly id: string;
  /** Of its stream: `streaming`, `connecting`, ... */
  readonly state: string;
  /** `inspecting`, `degraded`, `blind` or `starting`. */
  readonly inspecting: string;
  readonly offered: number;
  readonly inspected: number;
  readonly skipped: number;
  readonly failed: number;
  /** Models that give no result now; absent where every model gives one. */
  readonly withoutResult?: readonly string[];
  /** Absent before the first frame. */
  readonly lastFrameAgeMs?: number;
}

/** An output at which products arrive; the stack light is none. */
export interface OutputReport {
  readonly id: string;
  readonly camera: string;
  /** `ready`, or why it is not. */
  readonly readiness: string;
  readonly armed: boolean;
  readonly connected: boolean;
  /** Products between the line in the picture and the output. */
  readonly inTransit: number;
  /** By name: `ok`, `nok`, `noResult`, `done`, `late`, `missed`, ...; empty before its process has reported. */
  readonly counts: Readonly<Record<string, number>>;
  readonly newest?: { readonly piece: number; readonly result: string; readonly reason: string };
}

/** What the line makes. What is unknown is absent. */
export interface ProductionReport {
  readonly shift: string;
  readonly counted: number;
  readonly planned?: number;
  readonly perMinute?: number;
  readonly product?: string;
  readonly productName?: string;
  /** By the plan, in the unit of the scale, with how much less and more is allowed. */
  readonly targetWeight?: { readonly weight: number; readonly under?: number; readonly over?: number };
  readonly batch?: string;
  readonly recipe?: string;
  /** Stations of the line that are seen to stand now. */
  readonly stops: number;
}

/** What a rule of the type `downtime` sees of a part of the line. */
export interface StationReport {
  readonly camera: string;
  readonly rule: string;
  readonly zone?: string;
  readonly status: 'running' | 'stopped' | 'unknown';
  /** Why it stands, where the plant says so. */
  readonly reason?: string;
}

export interface OpenEvent {
  readonly event: string;
  readonly kind: string;
  readonly severity: Severity;
  readonly camera: string;
  readonly zone?: string;
  readonly rule: string;
  readonly label: string;
  readonly openedAtMs: number;
}

/**
 * The line at one instant, for whatever tells other programs about it. Times ending in `AtMs` are milliseconds since 1970,
 * ages are durations. What is unknown is absent.
 */
export interface LineState {
  readonly device: string;
  readonly line: string;
  readonly version: string;
  readonly atMs: number;
  readonly startedAtMs: number;
  /** Of the vision process: without it no camera is inspected. */
  readonly vision: 'up' | 'down';
  readonly cameras: readonly CameraReport[];
  readonly outputs: readonly OutputReport[];
  /** Recipes that can be chosen. */
  readonly recipes: readonly string[];
  readonly stations: readonly StationReport[];
  readonly production?: ProductionReport;
}

/** The line with what the database knows of it. */
export interface LineReport extends LineState {
  readonly healthy: boolean;
  /** Why it is not. */
  readonly problems: readonly string[];
  /** Newest first, at most 100. */
  readonly openEvents: readonly OpenEvent[];
}

import type { EventKind } from '../domain/index.ts';
import type { EventHistory, FoldedEvent, Snapshot } from './snapshot.ts';

/** What the status room asks of the rest of the box; `app` answers from each room. */
export interface StatusSource {
  /** The state now; called about once a second while somebody looks. Cheap: no query that grows with the journal. */
  snapshot(): Snapshot;
  /**
   * JPEG of the newest frame of a camera. Rejects with a coded error when the camera is unknown, when no frame is
   * held, or when `signal` aborts.
   */
  picture(camera: string, options: PictureOptions, signal: AbortSignal): Promise<PictureShot>;
  /** Incidents, newest first. */
  events(query: EventQuery): EventPage;
  /** One incident with its records, or undefined. */
  event(id: string): EventHistory | undefined;
  /** Absolute path of an evidence JPEG that is still held, or undefined. */
  evidence(sha256: string): string | undefined;
}

export interface PictureOptions {
  /** Draw the newest detections. */
  readonly boxes: boolean;
  readonly maxWidth: number;
}

export interface PictureShot {
  readonly jpeg: Buffer;
  /** Index of the frame, so that the same one is not sent twice. */
  readonly index: number;
}

export interface EventQuery {
  readonly limit: number;
  readonly kind?: EventKind;
  readonly camera?: string;
  /** From an earlier page's `next`. */
  readonly cursor?: string;
}

export interface EventPage {
  readonly events: readonly FoldedEvent[];
  /** Present when there are older ones. */
  readonly next?: string;
}

import type { EventSummary } from '../records/index.ts';
import type { Review } from './review.ts';

/** An event with all that was said about it, oldest first. */
export interface ReviewedEvent {
  readonly event: EventSummary;
  readonly reviews: readonly Review[];
}

/** Where reviews are kept. Nothing said is ever changed: a later statement follows it. */
export interface ReviewStore {
  add(review: Review): Promise<void>;
  /** Events of this id; of one device or of all. */
  find(event: string, device: string | undefined): Promise<readonly EventSummary[]>;
  /** What was said about one event, oldest first. */
  said(device: string, event: string): Promise<readonly Review[]>;
  /** Events that have a review, by device and event. */
  reviewed(): Promise<readonly ReviewedEvent[]>;
}

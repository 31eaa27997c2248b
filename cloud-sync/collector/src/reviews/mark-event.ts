import { UsageError } from '../errors/index.ts';
import type { Review, ReviewDetails, Verdict } from './review.ts';
import type { ReviewStore } from './review-store.ts';

export interface Mark {
  /** Id of the event, or its beginning where that is unique. */
  readonly event: string;
  readonly device?: string | undefined;
  readonly verdict: Verdict;
  readonly who: string;
  readonly details: ReviewDetails;
}

/** Keeps what a person says about an event. Throws UsageError where there is no such event, or something is left out. */
export async function markEvent(store: ReviewStore, mark: Mark, nowMs: number): Promise<Review> {
  const { event, device, verdict, who, details } = mark;
  const [found, another] = await store.find(event, device);
  if (found === undefined) {
    throw new UsageError({
      code: 'event_unknown',
      message: `there is no event ${event}${device === undefined ? '' : ` of ${device}`}`,
      advice: 'lineside-collector events list --json',
    });
  }
  if (another !== undefined) {
    throw invalid(`several devices have an event ${event}`, 'name the device, too: --device ID');
  }
  if (found.snapshot === null && verdict !== 'unsure') {
    throw invalid(`event ${event} has no snapshot, so nothing can be learned from it`, 'mark one that has a snapshot');
  }
  if (verdict === 'missed' && (details.box === undefined || details.label === undefined)) {
    throw invalid('what was missed is not said', 'give its label and its box: --label hand --box 120,80,180,150');
  }
  if (verdict === 'true' && found.extra.box === undefined && details.box === undefined) {
    throw invalid(`event ${event} has no box`, 'give one: --box 120,80,180,150');
  }
  const review: Review = { device: found.device, event: found.event, verdict, who, atMs: Math.round(nowMs), details };
  await store.add(review);
  return review;
}

function invalid(message: string, advice: string): UsageError {
  return new UsageError({ code: 'review_invalid', message, advice });
}

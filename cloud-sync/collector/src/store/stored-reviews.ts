import { type Review, ReviewDetails, type ReviewedEvent, VERDICTS } from '../reviews/index.ts';
import { eventPage, type EventPageSql } from './event-page.ts';

/** A row of table `reviews`, the same in every database. */
export interface ReviewSql {
  readonly device: string;
  readonly event: string;
  readonly verdict: string;
  readonly who: string;
  readonly at_ms: number;
  readonly json: string;
}

export const REVIEW_ROWS = 'select device, event, verdict, who, at_ms, json from reviews order by id';
/** Of one event; the parameters differ by database. */
export const REVIEWS_OF =
  'select device, event, verdict, who, at_ms, json from reviews where device = $1 and event = $2 order by id';
/** Completed to the query of events by `EVENTS`. */
export const REVIEWED = 'exists (select 1 from reviews r where r.device = e.device and r.event = e.event)';

/** Events with their reviews, oldest first. */
export function toReviewed(events: readonly EventPageSql[], rows: readonly ReviewSql[]): readonly ReviewedEvent[] {
  const reviews = Map.groupBy(rows.map(toReview), ({ device, event }) => `${device}\n${event}`);
  return eventPage(events, Number.POSITIVE_INFINITY).items.map((event) => ({
    event,
    reviews: reviews.get(`${event.device}\n${event.event}`) ?? [],
  }));
}

export function toReview({ device, event, verdict, who, at_ms: atMs, json }: ReviewSql): Review {
  // A verdict of a newer version decides nothing here.
  const known = VERDICTS.find((one) => one === verdict) ?? 'unsure';
  return { device, event, verdict: known, who, atMs, details: ReviewDetails.parse(JSON.parse(json)) };
}

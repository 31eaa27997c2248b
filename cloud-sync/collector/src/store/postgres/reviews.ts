import type pg from 'pg';
import type { EventSummary } from '../../records/index.ts';
import type { Review, ReviewedEvent, ReviewStore } from '../../reviews/index.ts';
import { eventPage, type EventPageSql, EVENTS } from '../event-page.ts';
import { REVIEW_ROWS, REVIEWED, REVIEWS_OF, type ReviewSql, toReview, toReviewed } from '../stored-reviews.ts';
import { rowsOf } from './database.ts';

/** Table `reviews`. */
export class PostgresReviews implements ReviewStore {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async add({ device, event, verdict, who, atMs, details }: Review): Promise<void> {
    await this.#pool.query(
      'insert into reviews (device, event, verdict, who, at_ms, json) values ($1, $2, $3, $4, $5, $6)',
      [device, event, verdict, who, atMs, JSON.stringify(details)],
    );
  }

  async find(event: string, device: string | undefined): Promise<readonly EventSummary[]> {
    const rows = await rowsOf<EventPageSql>(
      this.#pool,
      `${EVENTS} where e.event = $1 and ($2::text is null or e.device = $2) order by e.device`,
      [event, device ?? null],
    );
    return eventPage(rows, Number.POSITIVE_INFINITY).items;
  }

  async said(device: string, event: string): Promise<readonly Review[]> {
    return (await rowsOf<ReviewSql>(this.#pool, REVIEWS_OF, [device, event])).map(toReview);
  }

  async reviewed(): Promise<readonly ReviewedEvent[]> {
    const order = 'order by e.device, e.event';
    const events = await rowsOf<EventPageSql>(this.#pool, `${EVENTS} where ${REVIEWED} ${order}`);
    return toReviewed(events, await rowsOf<ReviewSql>(this.#pool, REVIEW_ROWS));
  }
}

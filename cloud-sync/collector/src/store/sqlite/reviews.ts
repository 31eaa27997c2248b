import type Database from 'better-sqlite3';
import type { EventSummary } from '../../records/index.ts';
import type { Review, ReviewedEvent, ReviewStore } from '../../reviews/index.ts';
import { eventPage, type EventPageSql, EVENTS } from '../event-page.ts';
import { REVIEW_ROWS, REVIEWED, REVIEWS_OF, type ReviewSql, toReview, toReviewed } from '../stored-reviews.ts';

/** Table `reviews`. */
export class SqliteReviews implements ReviewStore {
  readonly #db: Database.Database;

  constructor(db: Database.Database) {
    this.#db = db;
  }

  async add({ device, event, verdict, who, atMs, details }: Review): Promise<void> {
    this.#db
      .prepare('insert into reviews (device, event, verdict, who, at_ms, json) values (?, ?, ?, ?, ?, ?)')
      .run(device, event, verdict, who, atMs, JSON.stringify(details));
  }

  async find(event: string, device: string | undefined): Promise<readonly EventSummary[]> {
    const rows = this.#db
      .prepare<[object], EventPageSql>(
        `${EVENTS} where e.event = :event and (:device is null or e.device = :device) order by e.device`,
      )
      .all({ event, device: device ?? null });
    return eventPage(rows, Number.POSITIVE_INFINITY).items;
  }

  async said(device: string, event: string): Promise<readonly Review[]> {
    return this.#db.prepare<[object], ReviewSql>(REVIEWS_OF).all({ 1: device, 2: event }).map(toReview);
  }

  async reviewed(): Promise<readonly ReviewedEvent[]> {
    const events = this.#db.prepare<[], EventPageSql>(`${EVENTS} where ${REVIEWED} order by e.device, e.event`).all();
    return toReviewed(events, this.#db.prepare<[], ReviewSql>(REVIEW_ROWS).all());
  }
}

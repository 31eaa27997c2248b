import type { CheckedBatch, CheckedRecord, Surroundings } from '../../ingest/index.ts';
import type { BrokenLink } from '../../records/index.ts';
import { rowsOf, type Queryable } from './database.ts';
import type { Journal } from './journals.ts';

interface Linked {
  readonly hash: string;
  readonly json: string;
}

const RECORDS = `select r.journal, r.seq, r.hash, r.json from records r
  join unnest($1::bigint[], $2::bigint[]) as w (journal, seq) using (journal, seq)`;

const DECLARED = `select d.journal, d.last, d.head from declared d
  join unnest($1::bigint[], $2::bigint[]) as w (journal, last) using (journal, last) order by d.tombstone`;

/** What stands before and after the batches of a group: as stored before it, and as the group itself adds to it. */
export class Neighbours {
  /** Links that did not match. */
  readonly breaks: (BrokenLink & { readonly journal: number })[] = [];
  readonly #records = new Map<string, Linked>();
  readonly #declared = new Map<string, string>();

  /** Reads what is stored at the ends of `entries`. */
  static async around(
    tx: Queryable,
    entries: readonly { readonly batch: CheckedBatch; readonly journal: Journal }[],
  ): Promise<Neighbours> {
    const neighbours = new Neighbours();
    const before = entries.flatMap(({ batch, journal }) => (batch.from > 1 ? [[journal.id, batch.from - 1]] : []));
    const wanted = [...before, ...entries.map(({ batch, journal }) => [journal.id, batch.to + 1])];
    const records = await rowsOf<Linked & { journal: number; seq: number }>(tx, RECORDS, columns(wanted));
    for (const { journal, seq, hash, json } of records) neighbours.#records.set(name(journal, seq), { hash, json });
    const unknown = before.filter(([journal = 0, seq = 0]) => !neighbours.#records.has(name(journal, seq)));
    if (unknown.length > 0) {
      const heads = await rowsOf<{ journal: number; last: number; head: string }>(tx, DECLARED, columns(unknown));
      for (const { journal, last, head } of heads) neighbours.#declared.set(name(journal, last), head);
    }
    return neighbours;
  }

  /** As the batches of one journal see them. */
  of({ id, retired }: Journal): Surroundings {
    return {
      retired,
      record: (seq) => this.#records.get(name(id, seq)),
      declaredHead: (last) => this.#declared.get(name(id, last)),
    };
  }

  /** A record that the group has just stored. */
  remember(journal: number, record: CheckedRecord): void {
    this.#records.set(name(journal, record.seq), record);
    if (record.content.type === 'tombstone') {
      const { to, head } = record.content.body;
      this.#declared.set(name(journal, to), head);
    }
  }
}

function columns(pairs: readonly (readonly number[])[]): unknown[][] {
  return [pairs.map(([journal]) => journal), pairs.map(([, seq]) => seq)];
}

function name(journal: number, seq: number): string {
  return `${journal}:${seq}`;
}

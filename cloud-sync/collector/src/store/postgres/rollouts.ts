import type pg from 'pg';
import {
  type DesiredDocument,
  isOver,
  type Rollout,
  type RolloutChange,
  type RolloutNote,
  type RolloutStore,
} from '../../rollouts/index.ts';
import { type DesiredSql, type NoteSql, type RolloutSql, toDesired, toNote, toRollout } from '../stored-rollouts.ts';
import { inTransaction, type Queryable, rowsOf } from './database.ts';

const ROLLOUTS = 'select change, json from rollouts';

/** Something else was written in between. */
class Outdated extends Error {}

/** Tables `rollouts`, `rollout_history` and `desired`. */
export class PostgresRollouts implements RolloutStore {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async list(limit: number): Promise<readonly Rollout[]> {
    const rows = await rowsOf<RolloutSql>(this.#pool, `${ROLLOUTS} order by created_ms desc, id desc limit $1`, [
      limit,
    ]);
    return rows.map(toRollout);
  }

  async active(): Promise<readonly Rollout[]> {
    const rows = await rowsOf<RolloutSql>(this.#pool, `${ROLLOUTS} where active = 1 order by created_ms, id`);
    return rows.map(toRollout);
  }

  async get(id: string): Promise<Rollout | undefined> {
    const [row] = await rowsOf<RolloutSql>(this.#pool, `${ROLLOUTS} where id = $1`, [id]);
    return row && toRollout(row);
  }

  async create(change: RolloutChange): Promise<boolean> {
    const { rollout } = change;
    return this.#together(
      change,
      'insert into rollouts (id, active, change, created_ms, json) values ($1, $2, 0, $4, $3) on conflict do nothing',
      rollout.createdAtMs,
    );
  }

  async save(change: RolloutChange): Promise<boolean> {
    const write = 'update rollouts set active = $2, json = $3, change = change + 1 where id = $1 and change = $4';
    return this.#together(change, write, change.rollout.change);
  }

  async history(id: string, limit: number): Promise<readonly RolloutNote[]> {
    const rows = await rowsOf<NoteSql>(
      this.#pool,
      'select at_ms, who, action, device, detail from rollout_history where rollout = $1 order by id desc limit $2',
      [id, limit],
    );
    return rows.map(toNote);
  }

  async documents(): Promise<readonly DesiredDocument[]> {
    return (await rowsOf<DesiredSql>(this.#pool, 'select device, json from desired order by device')).map(toDesired);
  }

  async #together(change: RolloutChange, write: string, last: number): Promise<boolean> {
    try {
      await inTransaction(this.#pool, async (tx) => writeAll(tx, change, write, last));
      return true;
    } catch (error) {
      if (error instanceof Outdated) return false;
      throw error;
    }
  }
}

async function writeAll(
  tx: Queryable,
  { rollout, documents, notes }: RolloutChange,
  write: string,
  last: number,
): Promise<void> {
  const written = await tx.query(write, [rollout.id, isOver(rollout) ? 0 : 1, JSON.stringify(rollout), last]);
  if (written.rowCount === 0) throw new Outdated();
  for (const { device, document } of documents) {
    const desired = await tx.query(
      `insert into desired (device, revision, json) values ($1, $2, $3) on conflict (device) do update
       set revision = excluded.revision, json = excluded.json where excluded.revision > desired.revision`,
      [device, document.revision, JSON.stringify(document)],
    );
    if (desired.rowCount === 0) throw new Outdated();
  }
  for (const { atMs, who, action, device = null, detail = null } of notes) {
    await tx.query(
      'insert into rollout_history (rollout, at_ms, who, action, device, detail) values ($1, $2, $3, $4, $5, $6)',
      [rollout.id, Math.round(atMs), who, action, device, detail],
    );
  }
}

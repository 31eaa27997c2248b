import type Database from 'better-sqlite3';
import {
  type DesiredDocument,
  isOver,
  type Rollout,
  type RolloutChange,
  type RolloutNote,
  type RolloutStore,
} from '../../rollouts/index.ts';
import { type DesiredSql, type NoteSql, type RolloutSql, toDesired, toNote, toRollout } from '../stored-rollouts.ts';

const ROLLOUTS = 'select change, json from rollouts';

/** Something else was written in between. */
class Outdated extends Error {}

/** Tables `rollouts`, `rollout_history` and `desired`. */
export class SqliteRollouts implements RolloutStore {
  readonly #db: Database.Database;

  constructor(db: Database.Database) {
    this.#db = db;
  }

  async list(limit: number): Promise<readonly Rollout[]> {
    return this.#db
      .prepare<[number], RolloutSql>(`${ROLLOUTS} order by created_ms desc, id desc limit ?`)
      .all(limit)
      .map(toRollout);
  }

  async active(): Promise<readonly Rollout[]> {
    return this.#db
      .prepare<[], RolloutSql>(`${ROLLOUTS} where active = 1 order by created_ms, id`)
      .all()
      .map(toRollout);
  }

  async get(id: string): Promise<Rollout | undefined> {
    const row = this.#db.prepare<[string], RolloutSql>(`${ROLLOUTS} where id = ?`).get(id);
    return row && toRollout(row);
  }

  async create(change: RolloutChange): Promise<boolean> {
    return this.#together(change, ({ id, createdAtMs }, active, json) =>
      this.#db
        .prepare(
          'insert into rollouts (id, active, change, created_ms, json) values (?, ?, 0, ?, ?) on conflict do nothing',
        )
        .run(id, active, createdAtMs, json),
    );
  }

  async save(change: RolloutChange): Promise<boolean> {
    return this.#together(change, ({ id, change: read }, active, json) =>
      this.#db
        .prepare('update rollouts set active = ?, json = ?, change = change + 1 where id = ? and change = ?')
        .run(active, json, id, read),
    );
  }

  async history(id: string, limit: number): Promise<readonly RolloutNote[]> {
    return this.#db
      .prepare<[string, number], NoteSql>(
        'select at_ms, who, action, device, detail from rollout_history where rollout = ? order by id desc limit ?',
      )
      .all(id, limit)
      .map(toNote);
  }

  async documents(): Promise<readonly DesiredDocument[]> {
    return this.#db.prepare<[], DesiredSql>('select device, json from desired order by device').all().map(toDesired);
  }

  #together(
    { rollout, documents, notes }: RolloutChange,
    write: (rollout: Rollout, active: number, json: string) => { readonly changes: number },
  ): boolean {
    const note = this.#db.prepare(
      'insert into rollout_history (rollout, at_ms, who, action, device, detail) values (?, ?, ?, ?, ?, ?)',
    );
    const desire = this.#db.prepare(
      `insert into desired (device, revision, json) values (?, ?, ?) on conflict (device) do update
       set revision = excluded.revision, json = excluded.json where excluded.revision > desired.revision`,
    );
    const transaction = this.#db.transaction(() => {
      if (write(rollout, isOver(rollout) ? 0 : 1, JSON.stringify(rollout)).changes === 0) throw new Outdated();
      for (const { device, document } of documents) {
        if (desire.run(device, document.revision, JSON.stringify(document)).changes === 0) throw new Outdated();
      }
      for (const { atMs, who, action, device = null, detail = null } of notes) {
        note.run(rollout.id, Math.round(atMs), who, action, device, detail);
      }
    });
    try {
      transaction.immediate();
      return true;
    } catch (error) {
      if (error instanceof Outdated) return false;
      throw error;
    }
  }
}

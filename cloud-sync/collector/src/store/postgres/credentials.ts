import type pg from 'pg';
import type { Credential, CredentialStore } from '../../broker/index.ts';
import { inTransaction, rowsOf, type Queryable } from './database.ts';

const CREDENTIALS = 'select device, hash, created_ms as "createdAtMs" from credentials';

/** Table `credentials`, and in `meta` the revisions by which a running collector notices changes. */
export class PostgresCredentials implements CredentialStore {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async list(): Promise<readonly Credential[]> {
    return rowsOf<Credential>(this.#pool, `${CREDENTIALS} order by device`);
  }

  async get(device: string): Promise<Credential | undefined> {
    const [row] = await rowsOf<Credential>(this.#pool, `${CREDENTIALS} where device = $1`, [device]);
    return row;
  }

  async save({ device, hash, createdAtMs }: Credential): Promise<number> {
    return inTransaction(this.#pool, async (tx) => {
      await tx.query(
        `insert into credentials values ($1, $2, $3)
         on conflict (device) do update set hash = excluded.hash, created_ms = excluded.created_ms`,
        [device, hash, createdAtMs],
      );
      return bumpRevision(tx);
    });
  }

  async remove(device: string): Promise<boolean> {
    return inTransaction(this.#pool, async (tx) => {
      const removed = (await tx.query('delete from credentials where device = $1', [device])).rowCount === 1;
      if (removed) await bumpRevision(tx);
      return removed;
    });
  }

  async revision(): Promise<number> {
    return this.#meta('credential_revision');
  }

  async appliedRevision(): Promise<number> {
    return this.#meta('applied_revision');
  }

  async noteApplied(revision: number): Promise<void> {
    await this.#pool.query(`update meta set value = $1 where name = 'applied_revision'`, [revision]);
  }

  async #meta(name: string): Promise<number> {
    const [row] = await rowsOf<{ value: number }>(this.#pool, 'select value from meta where name = $1', [name]);
    return row?.value ?? 0;
  }
}

async function bumpRevision(tx: Queryable): Promise<number> {
  const [row] = await rowsOf<{ value: number }>(
    tx,
    `update meta set value = value + 1 where name = 'credential_revision' returning value`,
  );
  return row?.value ?? 0;
}

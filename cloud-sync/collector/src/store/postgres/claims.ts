import type pg from 'pg';
import type { Claim, ClaimEntry, ClaimStore } from '../../enrolment/index.ts';
import {
  CLAIM_COLUMNS,
  CLAIM_ENTRY_COLUMNS,
  type ClaimEntrySql,
  type ClaimSql,
  claimValues,
  toClaim,
  toClaimEntry,
} from '../stored-claims.ts';
import { inTransaction, type Queryable, rowsOf } from './database.ts';

/** Tables `claims` and `claim_history`. */
export class PostgresClaims implements ClaimStore {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async add(claim: Claim, who: string): Promise<void> {
    await inTransaction(this.#pool, async (tx) => {
      await cancel(tx, claim.device, who, claim.createdAtMs);
      await tx.query(`insert into claims (${CLAIM_COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, [
        ...claimValues(claim),
      ]);
      await note(tx, { ...{ claim: claim.id, device: claim.device, atMs: claim.createdAtMs, who }, action: 'made' });
    });
  }

  async find(hash: string): Promise<Claim | undefined> {
    const [row] = await rowsOf<ClaimSql>(this.#pool, `select ${CLAIM_COLUMNS} from claims where hash = $1`, [hash]);
    return row && toClaim(row);
  }

  async list(limit: number): Promise<readonly Claim[]> {
    const order = 'order by created_ms desc, id limit $1';
    const rows = await rowsOf<ClaimSql>(this.#pool, `select ${CLAIM_COLUMNS} from claims ${order}`, [limit]);
    return rows.map(toClaim);
  }

  async use(id: string, binding: string, atMs: number): Promise<boolean> {
    const free = 'used_ms is null and cancelled_ms is null and expires_ms > $3';
    const used = await this.#pool.query(`update claims set used_ms = $3, binding = $2 where id = $1 and ${free}`, [
      id,
      binding,
      atMs,
    ]);
    return used.rowCount === 1;
  }

  async keepCertificate(id: string, certificate: string): Promise<void> {
    await this.#pool.query('update claims set certificate = $2 where id = $1', [id, certificate]);
  }

  async cancel(device: string, who: string, atMs: number): Promise<number> {
    return inTransaction(this.#pool, async (tx) => cancel(tx, device, who, atMs));
  }

  async note(entry: ClaimEntry): Promise<void> {
    await note(this.#pool, entry);
  }

  async history(limit: number): Promise<readonly ClaimEntry[]> {
    const query = `select ${CLAIM_ENTRY_COLUMNS} from claim_history order by number desc limit $1`;
    return (await rowsOf<ClaimEntrySql>(this.#pool, query, [limit])).map(toClaimEntry);
  }
}

async function cancel(tx: Queryable, device: string, who: string, atMs: number): Promise<number> {
  const rows = await rowsOf<ClaimSql>(
    tx,
    `update claims set cancelled_ms = $2 where device = $1 and cancelled_ms is null returning ${CLAIM_COLUMNS}`,
    [device, atMs],
  );
  const open = rows.filter((row) => row.used_ms === null && row.expires_ms > atMs);
  for (const { id } of open) await note(tx, { claim: id, device, atMs, who, action: 'cancelled' });
  return open.length;
}

type NewEntry = Omit<ClaimEntry, 'detail'> & Partial<ClaimEntry>;

async function note(tx: Queryable, { claim, device, atMs, who, action, detail }: NewEntry): Promise<void> {
  await tx.query(`insert into claim_history (${CLAIM_ENTRY_COLUMNS}) values ($1, $2, $3, $4, $5, $6)`, [
    ...[claim, device, atMs, who, action, detail ?? null],
  ]);
}

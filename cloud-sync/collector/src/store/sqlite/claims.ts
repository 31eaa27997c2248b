import type Database from 'better-sqlite3';
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

/** Tables `claims` and `claim_history`. */
export class SqliteClaims implements ClaimStore {
  readonly #db: Database.Database;

  constructor(db: Database.Database) {
    this.#db = db;
  }

  async add(claim: Claim, who: string): Promise<void> {
    const add = this.#db.transaction(() => {
      this.#cancel(claim.device, who, claim.createdAtMs);
      this.#db
        .prepare(`insert into claims (${CLAIM_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
        .run(...claimValues(claim));
      this.#note({ ...{ claim: claim.id, device: claim.device, atMs: claim.createdAtMs, who }, action: 'made' });
    });
    add.immediate();
  }

  async find(hash: string): Promise<Claim | undefined> {
    const row = this.#db.prepare<[string], ClaimSql>(`select ${CLAIM_COLUMNS} from claims where hash = ?`).get(hash);
    return row && toClaim(row);
  }

  async list(limit: number): Promise<readonly Claim[]> {
    const order = 'order by created_ms desc, id limit ?';
    return this.#db.prepare<[number], ClaimSql>(`select ${CLAIM_COLUMNS} from claims ${order}`).all(limit).map(toClaim);
  }

  async use(id: string, binding: string, atMs: number): Promise<boolean> {
    const free = 'used_ms is null and cancelled_ms is null and expires_ms > :atMs';
    const used = this.#db.prepare(`update claims set used_ms = :atMs, binding = :binding where id = :id and ${free}`);
    return used.run({ id, binding, atMs }).changes === 1;
  }

  async keepCertificate(id: string, certificate: string): Promise<void> {
    this.#db.prepare('update claims set certificate = ? where id = ?').run(certificate, id);
  }

  async cancel(device: string, who: string, atMs: number): Promise<number> {
    return this.#db.transaction(() => this.#cancel(device, who, atMs)).immediate();
  }

  async note(entry: ClaimEntry): Promise<void> {
    this.#note(entry);
  }

  async history(limit: number): Promise<readonly ClaimEntry[]> {
    return this.#db
      .prepare<[number], ClaimEntrySql>(`select ${CLAIM_ENTRY_COLUMNS} from claim_history order by number desc limit ?`)
      .all(limit)
      .map(toClaimEntry);
  }

  #cancel(device: string, who: string, atMs: number): number {
    const rows = this.#db
      .prepare<[string], ClaimSql>(`select ${CLAIM_COLUMNS} from claims where device = ? and cancelled_ms is null`)
      .all(device);
    const open = rows.filter((row) => row.used_ms === null && row.expires_ms > atMs);
    for (const { id } of rows) this.#db.prepare('update claims set cancelled_ms = ? where id = ?').run(atMs, id);
    for (const { id } of open) this.#note({ claim: id, device, atMs, who, action: 'cancelled' });
    return open.length;
  }

  #note({ claim, device, atMs, who, action, detail }: Omit<ClaimEntry, 'detail'> & Partial<ClaimEntry>): void {
    this.#db
      .prepare(`insert into claim_history (${CLAIM_ENTRY_COLUMNS}) values (?, ?, ?, ?, ?, ?)`)
      .run(claim, device, atMs, who, action, detail ?? null);
  }
}

import type Database from 'better-sqlite3';
import type { Credential, CredentialStore } from '../../broker/index.ts';

/** Table `credentials`, and in `meta` the revisions by which a running collector notices changes. */
export class SqliteCredentials implements CredentialStore {
  readonly #db: Database.Database;

  constructor(db: Database.Database) {
    this.#db = db;
  }

  async list(): Promise<readonly Credential[]> {
    return this.#db
      .prepare<[], Credential>('select device, hash, created_ms as createdAtMs from credentials order by device')
      .all();
  }

  async get(device: string): Promise<Credential | undefined> {
    return this.#db
      .prepare<[string], Credential>('select device, hash, created_ms as createdAtMs from credentials where device = ?')
      .get(device);
  }

  async save({ device, hash, createdAtMs }: Credential): Promise<number> {
    const save = this.#db.transaction(() => {
      this.#db.prepare('insert or replace into credentials values (?, ?, ?)').run(device, hash, createdAtMs);
      return this.#bumpRevision();
    });
    return save.immediate();
  }

  async remove(device: string): Promise<boolean> {
    const remove = this.#db.transaction(() => {
      const removed = this.#db.prepare('delete from credentials where device = ?').run(device).changes === 1;
      if (removed) this.#bumpRevision();
      return removed;
    });
    return remove.immediate();
  }

  async revision(): Promise<number> {
    return this.#meta('credential_revision');
  }

  async appliedRevision(): Promise<number> {
    return this.#meta('applied_revision');
  }

  async noteApplied(revision: number): Promise<void> {
    this.#db.prepare(`update meta set value = ? where name = 'applied_revision'`).run(revision);
  }

  #bumpRevision(): number {
    this.#db.prepare(`update meta set value = value + 1 where name = 'credential_revision'`).run();
    return this.#meta('credential_revision');
  }

  #meta(name: string): number {
    const row = this.#db.prepare<[string], { value: number }>('select value from meta where name = ?').get(name);
    return row?.value ?? 0;
  }
}

import type Database from 'better-sqlite3';
import type { DeviceState } from '@lineside/protocol';
import type { DeviceStore } from '../../devices/index.ts';

/** Table `devices`: births and reported documents. */
export class SqliteDevices implements DeviceStore {
  readonly #db: Database.Database;

  constructor(db: Database.Database) {
    this.#db = db;
  }

  async saveBirth(device: string, birth: DeviceState, atMs: number): Promise<void> {
    this.#db
      .prepare(
        `insert into devices (device, first_seen_ms, last_seen_ms, birth) values (?, ?, ?, ?)
         on conflict do update set last_seen_ms = excluded.last_seen_ms, birth = excluded.birth`,
      )
      .run(device, atMs, atMs, JSON.stringify(birth));
  }

  async saveReported(device: string, json: string, atMs: number): Promise<void> {
    this.#db
      .prepare(
        `insert into devices (device, first_seen_ms, last_seen_ms, reported, reported_ms) values (?, ?, ?, ?, ?)
         on conflict do update set reported = excluded.reported, reported_ms = excluded.reported_ms`,
      )
      .run(device, atMs, atMs, json, atMs);
  }
}

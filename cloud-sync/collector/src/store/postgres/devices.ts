import type pg from 'pg';
import type { DeviceState } from '@lineside/protocol';
import type { DeviceStore } from '../../devices/index.ts';

/** Table `devices`: births and reported documents. */
export class PostgresDevices implements DeviceStore {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async saveBirth(device: string, birth: DeviceState, atMs: number): Promise<void> {
    await this.#pool.query(
      `insert into devices (device, first_seen_ms, last_seen_ms, birth) values ($1, $2, $2, $3)
       on conflict (device) do update set last_seen_ms = excluded.last_seen_ms, birth = excluded.birth`,
      [device, atMs, JSON.stringify(birth)],
    );
  }

  async saveReported(device: string, json: string, atMs: number): Promise<void> {
    await this.#pool.query(
      `insert into devices (device, first_seen_ms, last_seen_ms, reported, reported_ms) values ($1, $2, $2, $3, $2)
       on conflict (device) do update set reported = excluded.reported, reported_ms = excluded.reported_ms`,
      [device, atMs, json],
    );
  }
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from './free-port.ts';
import { runProcess, type StartOptions, startProcess, type TestProcess } from './processes.ts';
import { tempDir, type TempDir } from './temp-dir.ts';
import { waitFor } from './wait-for.ts';

export const POSTGRES_PASSWORD = 'a password: with @ and / in it';
const USER = 'lineside';

/** A PostgreSQL server of its own, reached over the loopback and over a socket in its folder. */
export class TestPostgres implements AsyncDisposable {
  readonly port: number;
  readonly #dir: TempDir;
  #server: TestProcess | undefined;
  #databases = 0;

  private constructor(dir: TempDir, port: number) {
    this.#dir = dir;
    this.port = port;
  }

  static async start(): Promise<TestPostgres> {
    const dir = await tempDir('lineside-pg-');
    const server = new TestPostgres(dir, await freePort());
    try {
      await server.#initialise();
      await server.restart();
      return server;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Folder of the Unix socket. */
  get socket(): string {
    return this.#dir.path;
  }

  get user(): string {
    return USER;
  }

  /** Process id of the postmaster. */
  get pid(): number {
    return Number(readFileSync(this.#dir.join('data', 'postmaster.pid'), 'utf8').split('\n')[0]);
  }

  /** Starts it again on the same port and files; ends it first when it runs. */
  async restart(): Promise<void> {
    await this.stop();
    const args = ['-D', this.#dir.join('data'), '-k', this.#dir.path, '-p', String(this.port)];
    const settings = [
      'listen_addresses=127.0.0.1',
      'max_connections=60',
      'shared_buffers=32MB',
      'recovery_init_sync_method=syncfs',
    ];
    const all = [...args, ...settings.flatMap((setting) => ['-c', setting])];
    const server = await startProcess(program('postgres'), all, servant());
    this.#server = server;
    const state = await waitFor(
      'PostgreSQL to answer',
      async () => {
        if (server.exit !== undefined) return 'ended' as const;
        return this.run('postgres', 'select 1').then(() => 'up' as const);
      },
      { withinMs: 30_000 },
    );
    if (state === 'ended') throw new Error(`PostgreSQL ended: ${server.stderr}`);
  }

  /** Ends it as `systemctl stop` does, sessions included; `SIGKILL` of the postmaster is `kill`. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    server?.kill(signal);
    await server?.exited;
  }

  /** A database nobody else uses; its name. */
  async database(): Promise<string> {
    this.#databases += 1;
    const name = `test_${this.#databases}`;
    await this.run('postgres', `create database ${name}`);
    return name;
  }

  /** Runs statements in `database`, as an administrator behind the collector's back. */
  async run<Row extends object>(database: string, sql: string): Promise<Row[]> {
    const client = new pg.Client({ ...this.address(database), connectionTimeoutMillis: 2000 });
    client.on('error', () => undefined);
    await client.connect();
    try {
      const result: unknown = await client.query(sql);
      return Array.isArray(result) ? [] : (result as { rows: Row[] }).rows;
    } finally {
      await client.end();
    }
  }

  address(database: string) {
    return { host: '127.0.0.1', port: this.port, database, user: USER, password: () => POSTGRES_PASSWORD };
  }

  /** Runs one of PostgreSQL's own programs to its end. */
  async tool(name: string, ...args: readonly string[]): Promise<void> {
    const env = { PGHOST: '127.0.0.1', PGPORT: String(this.port), PGUSER: USER, PGPASSWORD: POSTGRES_PASSWORD };
    await finish(name, args, { env });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop('SIGQUIT');
    await this.#dir[Symbol.asyncDispose]();
  }

  async #initialise(): Promise<void> {
    const data = this.#dir.join('data');
    const passwords = this.#dir.join('password');
    await mkdir(data, { mode: 0o700 });
    await writeFile(passwords, POSTGRES_PASSWORD, { mode: 0o600 });
    const { uid, gid } = servant();
    if (uid !== undefined && gid !== undefined) {
      for (const path of [this.#dir.path, data, passwords]) await chown(path, uid, gid);
    }
    const args = ['-D', data, '-U', USER, `--pwfile=${passwords}`, '--auth=scram-sha-256', '--encoding=UTF8'];
    const quick = ['--locale=C', '--no-sync', '--no-instructions'];
    await finish('initdb', [...args, ...quick], servant());
  }
}

async function finish(name: string, args: readonly string[], options: StartOptions): Promise<void> {
  const { code, stderr } = await runProcess(program(name), args, options);
  if (code !== 0) throw new Error(`${name} ended with ${String(code)}: ${stderr}`);
}

/** PostgreSQL refuses to run as root. */
function servant(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('postgres:') || entry.startsWith('nobody:'));
  const [, , uid, gid] = (line ?? '').split(':');
  return { uid: Number(uid), gid: Number(gid) };
}

/** Debian keeps the server's programs apart, by major version. */
function program(name: string): string {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const paths = versions.map((version) => join(root, version, 'bin', name));
  return paths.find((path) => existsSync(path)) ?? name;
}

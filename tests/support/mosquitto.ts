import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { freePort } from './free-port.ts';
import { runProcess, startProcess, type TestProcess } from './processes.ts';
import { type TempDir, tempDir } from './temp-dir.ts';
import { waitFor } from './wait-for.ts';

export interface MosquittoOptions {
  /** User to password. Without users, anybody may connect. */
  readonly users?: Readonly<Record<string, string>>;
  /** Content of an ACL file. */
  readonly acl?: string;
  /** More lines of mosquitto.conf. */
  readonly config?: readonly string[];
}

/** A real broker of its own on a free port of the loopback, without persistence. */
export class Mosquitto implements AsyncDisposable {
  readonly port: number;
  readonly #dir: TempDir;
  #process: TestProcess | undefined;

  constructor(port: number, dir: TempDir) {
    this.port = port;
    this.#dir = dir;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    if (this.#process === undefined) throw new Error('the broker does not run');
    return this.#process.pid;
  }

  /** The broker's log: connections, publications, refusals. */
  get log(): string {
    return this.#process?.stderr ?? '';
  }

  /** Starts it and waits until it accepts. Also after stop() or kill(), on the same port. */
  async start(): Promise<void> {
    const child = await startProcess(binary('mosquitto'), ['-c', this.#dir.join('mosquitto.conf')]);
    this.#process = child;
    await waitFor(`mosquitto to accept on port ${this.port}`, async () => {
      if (child.exit !== undefined) return 'ended' as const;
      return (await accepts(this.port)) && ('up' as const);
    }).then((state) => {
      if (state === 'ended') throw new Error(`mosquitto ended at its start:\n${child.stderr}`);
    });
  }

  /** Ends it in good order. */
  async stop(): Promise<void> {
    await this.#process?.[Symbol.asyncDispose]();
    this.#process = undefined;
  }

  /** kill -9. */
  async kill(): Promise<void> {
    await this.#process?.killHard();
    this.#process = undefined;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** SIGSTOP: its sockets stay open and say nothing. */
  freeze(): void {
    this.#process?.freeze();
  }

  thaw(): void {
    this.#process?.thaw();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.#dir[Symbol.asyncDispose]();
  }
}

/** A broker that accepts. Another process may take the free port in between, so this tries a few. */
export async function startMosquitto(options: MosquittoOptions = {}): Promise<Mosquitto> {
  for (let attempt = 1; ; attempt++) {
    const dir = await tempDir('lineside-mosquitto-');
    const broker = new Mosquitto(await freePort(), dir);
    try {
      await configure(dir, broker.port, options);
      await broker.start();
      return broker;
    } catch (error) {
      await broker[Symbol.asyncDispose]();
      if (attempt === 3 || !String(error).includes('Address already in use')) throw error;
    }
  }
}

async function configure(dir: TempDir, port: number, { users, acl, config = [] }: MosquittoOptions): Promise<void> {
  const lines = [`listener ${port} 127.0.0.1`, 'persistence false', 'log_dest stderr', 'log_type all'];
  lines.push(`allow_anonymous ${users === undefined}`);
  // Started by root, it would become a user that cannot read this folder.
  if (process.getuid?.() === 0) lines.push('user root');
  if (users !== undefined) {
    const path = dir.join('passwords');
    await writeFile(path, '', { mode: 0o600 });
    for (const [user, password] of Object.entries(users)) {
      const made = await runProcess(binary('mosquitto_passwd'), ['-b', path, user, password]);
      if (made.code !== 0) throw new Error(`mosquitto_passwd: ${made.stderr}`);
    }
    lines.push(`password_file ${path}`);
  }
  if (acl !== undefined) {
    await writeFile(dir.join('acl'), acl, { mode: 0o600 });
    lines.push(`acl_file ${dir.join('acl')}`);
  }
  await writeFile(dir.join('mosquitto.conf'), `${[...lines, ...config].join('\n')}\n`);
}

/** Debian puts the broker where an ordinary user's PATH does not look. */
function binary(name: string): string {
  return ['/usr/sbin', '/usr/bin'].map((folder) => `${folder}/${name}`).find((path) => existsSync(path)) ?? name;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (up: boolean): void => {
      socket.destroy();
      resolve(up);
    };
    socket.setTimeout(1000, () => answer(false));
    socket.once('connect', () => answer(true)).once('error', () => answer(false));
  });
}

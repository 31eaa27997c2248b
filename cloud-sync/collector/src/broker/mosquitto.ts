import { accessSync, constants, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { Backoff, type Clock, exitText, type Logger, messageOf, SupervisedProcess, systemCode } from '@lineside/kit';
import { CollectorError } from '../errors/index.ts';
import type { ListenerTls } from './broker-tls.ts';
import {
  writeBrokerFiles,
  writePasswords,
  writeRights,
  type BrokerUser,
  type MosquittoFiles,
} from './mosquitto-files.ts';

const READY_WITHIN_MS = 10_000;
const STOP_WITHIN_MS = 5_000;
const GOOD_SPELL_MS = 30_000;
const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 15_000;

// The guard outlives a collector that is killed: when the pipe on its standard input closes, it ends the broker.
const GUARD = `
exec 3<&0
"$1" -c "$2" </dev/null 3<&- &
broker=$!
echo "$broker"
{ cat <&3 >/dev/null; kill -TERM "$broker" 2>/dev/null; } &
exec 3<&- </dev/null
trap 'kill -TERM "$broker" 2>/dev/null' TERM INT HUP
wait "$broker"
code=$?
kill $! 2>/dev/null
exit $code
`;

export interface MosquittoOptions {
  /** Where its files go; made when missing, readable by this user only. */
  readonly folder: string;
  readonly listen: { readonly host: string; readonly port: number };
  /** Files of TLS; plain without. */
  readonly tls?: ListenerTls | undefined;
  /** The collector's own user. */
  readonly owner: BrokerUser;
  readonly clock: Clock;
  readonly log: Logger;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** 0 to 1, for the back-off. */
  readonly random: () => number;
}

/** Path of `mosquitto`, looked for in PATH and where distributions put daemons; throws CollectorError. */
export function findMosquitto(env: MosquittoOptions['env']): string {
  const folders = [...(env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/opt/homebrew/sbin'];
  for (const folder of folders.filter((name) => name !== '')) {
    const path = join(folder, 'mosquitto');
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch (error) {
      if (systemCode(error) === undefined) throw error;
    }
  }
  throw new CollectorError({
    code: 'mosquitto_missing',
    message: 'broker is `managed`, and Mosquitto is not installed here',
    advice: 'sudo apt-get install mosquitto, or set broker to the URL of an MQTT 5 broker',
  });
}

/** Mosquitto as a supervised child: configured here, started again when it ends, gone when the collector is. */
export class ManagedMosquitto {
  readonly name = 'broker';
  readonly #options: MosquittoOptions;
  #files: MosquittoFiles | undefined;
  #port: number;
  /** Where the collector itself connects when the other listener speaks TLS. */
  #localPort: number | undefined;
  /** The list of revoked certificates that the running broker has read. */
  #revoked: string | undefined;
  #restartAsked = false;
  #pid: number | undefined;
  #restarts = 0;

  constructor(options: MosquittoOptions) {
    this.#options = options;
    this.#port = options.listen.port;
  }

  /** Where it listens; the port is known after `prepare`. */
  get url(): string {
    const { listen, tls } = this.#options;
    const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host;
    return `${tls === undefined ? 'mqtt' : 'mqtts'}://${host}:${this.#port}`;
  }

  /** Where the collector connects. */
  get ownUrl(): string {
    return this.#localPort === undefined ? this.url : `mqtt://127.0.0.1:${this.#localPort}`;
  }

  /** Times it was started again after it had ended by itself. */
  get restarts(): number {
    return this.#restarts;
  }

  /** Writes its files; needed before `run`. */
  async prepare(devices: readonly BrokerUser[]): Promise<void> {
    const { folder, listen, tls } = this.#options;
    if (listen.port === 0) this.#port = await freePort(listen.host);
    if (tls !== undefined) this.#localPort = await freePort('127.0.0.1');
    this.#files = await writeBrokerFiles(folder, {
      ...{ host: listen.host, port: this.#port, asRoot: process.getuid?.() === 0 },
      ...(tls !== undefined && this.#localPort !== undefined && { tls: { files: tls, localPort: this.#localPort } }),
    });
    await this.#writeUsers(this.#files, devices);
  }

  /** Puts a new set of devices into force; Mosquitto drops sessions whose user is gone. */
  async setDevices(devices: readonly BrokerUser[]): Promise<void> {
    if (this.#files === undefined) throw new Error('prepare() comes first');
    await this.#writeUsers(this.#files, devices);
    if (this.#pid === undefined) return;
    const sameRevoked = this.#readRevoked() === this.#revoked;
    this.#restartAsked = !sameRevoked;
    // The list of revoked certificates is read at the start only; a restart also ends the sessions of who is on it.
    process.kill(this.#pid, sameRevoked ? 'SIGHUP' : 'SIGTERM');
  }

  async #writeUsers(files: MosquittoFiles, devices: readonly BrokerUser[]): Promise<void> {
    const { owner } = this.#options;
    await writePasswords(files, [owner, ...devices]);
    await writeRights(
      files,
      owner.name,
      devices.map(({ name }) => name),
    );
  }

  #readRevoked(): string | undefined {
    const path = this.#options.tls?.clients?.revoked;
    return path === undefined ? undefined : readFileSync(path, 'utf8');
  }

  /** Runs until the signal; starts it again with back-off. Throws when it cannot be started even once. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    const backoff = new Backoff({ firstMs: FIRST_RETRY_MS, maxMs: MAX_RETRY_MS, random: this.#options.random });
    for (let first = true; !signal.aborted; first = false) {
      const startedMs = clock.monoMs();
      const ended = await this.#runOnce(signal).catch((error: unknown) => failed(error, first));
      if (ended.stopped) return;
      if (this.#restartAsked) {
        this.#restartAsked = false;
        log.info({}, 'broker starts again with the new list of revoked certificates');
        continue;
      }
      if (first && !ended.wasReady) throw cannotStart(ended.reason, this.url);
      if (clock.monoMs() - startedMs > GOOD_SPELL_MS) backoff.reset();
      const waitMs = Math.round(backoff.next());
      this.#restarts += 1;
      log.warn({ reason: ended.reason, waitMs }, 'broker ended; starting it again');
      await clock.sleep(waitMs, signal);
    }
  }

  async #runOnce(signal: AbortSignal): Promise<Ended> {
    const { log } = this.#options;
    const files = this.#files;
    if (files === undefined) throw new Error('prepare() comes first');
    await this.#endLeftover(files);
    // Whoever else listens there would answer in our broker's place and be taken for it.
    await this.#assertFree(this.#options.listen.host, this.#port);
    if (this.#localPort !== undefined) await this.#assertFree('127.0.0.1', this.#localPort);
    this.#revoked = this.#readRevoked();
    const complaints: string[] = [];
    const child = new SupervisedProcess({
      ...{ command: '/bin/sh', args: ['-c', GUARD, 'sh', findMosquitto(this.#options.env), files.config] },
      // The guard ends the broker when this pipe closes. In a group of its own a Ctrl-C meant for the collector does not
      // end the broker before the collector has reported that it leaves.
      ...{ stdin: 'pipe', stdout: 'pipe', endRequest: 'end-of-input', graceMs: STOP_WITHIN_MS },
      onStdoutLine: (line) => this.#started(line),
      onStderrLine: (line) => {
        log.debug({ line }, 'broker output');
        if (/error|warning/i.test(line)) complaints.push(line);
        if (complaints.length > 3) complaints.shift();
      },
      signal,
    });
    const ended = child.exited.then(exitText, messageOf);
    try {
      const outcome = await Promise.race([ended, this.#untilReady(signal)]);
      const wasReady = outcome === 'ready';
      if (wasReady) log.info({ url: this.url, pid: this.#pid }, 'broker is up');
      if (outcome === 'late') await child.terminate();
      const reason = await ended;
      return {
        wasReady,
        stopped: signal.aborted,
        reason: [outcome === 'late' ? 'not ready in time' : reason, ...complaints].join('; '),
      };
    } finally {
      this.#pid = undefined;
    }
  }

  /** The guard writes the broker's process id in its first line. */
  #started(line: string): void {
    if (this.#pid !== undefined) return;
    this.#pid = Number(line);
    writeFileSync(this.#pidFile(), line, { mode: 0o600 });
  }

  async #untilReady(signal: AbortSignal): Promise<'ready' | 'late'> {
    const { clock, listen } = this.#options;
    const deadline = clock.monoMs() + READY_WITHIN_MS;
    while (clock.monoMs() < deadline && !signal.aborted) {
      if (await accepts(reachable(listen.host), this.#port)) return 'ready';
      await clock.sleep(30);
    }
    return 'late';
  }

  /** Ends a broker that an earlier run left behind, and no other process: its command line must name our file. */
  async #endLeftover(files: MosquittoFiles): Promise<void> {
    const pid = leftoverPid(this.#pidFile(), files.config);
    rmSync(this.#pidFile(), { force: true });
    if (pid === undefined) return;
    this.#options.log.warn({ pid }, 'ending a broker that an earlier run left behind');
    for (const how of ['SIGTERM', 'SIGKILL'] as const) {
      if (!runsOurs(pid, files.config)) return;
      process.kill(pid, how);
      for (let tries = 0; tries < 50 && runsOurs(pid, files.config); tries += 1) await this.#options.clock.sleep(50);
    }
  }

  async #assertFree(host: string, port: number): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      const refused = await listens(host, port);
      if (typeof refused === 'number') return;
      if (tries >= 10) throw cannotStart(refused.message, this.url);
      await this.#options.clock.sleep(50);
    }
  }

  #pidFile(): string {
    return join(this.#options.folder, 'mosquitto.pid');
  }
}

interface Ended {
  readonly wasReady: boolean;
  readonly stopped: boolean;
  readonly reason: string;
}

/** What keeps it from starting ends the collector at first; later it is one more reason to try again. */
function failed(error: unknown, first: boolean): Ended {
  if (first || !(error instanceof CollectorError)) throw error;
  return { wasReady: false, stopped: false, reason: error.message };
}

function leftoverPid(file: string, config: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    return Number.isInteger(pid) && pid > 1 && runsOurs(pid, config) ? pid : undefined;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** True when process `pid` is a Mosquitto that runs with our configuration file. */
function runsOurs(pid: number, config: string): boolean {
  try {
    const [program, ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return program !== undefined && program.endsWith('mosquitto') && args.includes(config);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return false;
  }
}

function cannotStart(reason: string, url: string): CollectorError {
  const taken = /address already in use|EADDRINUSE/i.test(reason);
  return new CollectorError({
    code: taken ? 'broker_port_taken' : 'broker_not_started',
    message: `Mosquitto does not start at ${url}: ${reason}`,
    advice: taken
      ? 'stop what listens there (perhaps the mosquitto service), or set mqtt.listen to another port; port 0 picks one'
      : 'read its words above; try: mosquitto -c <data>/broker/mosquitto.conf',
  });
}

/** Address by which this machine reaches a listener on `host`. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

async function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const done = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1000, () => done(false));
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
}

async function freePort(host: string): Promise<number> {
  const port = await listens(host, 0);
  if (typeof port === 'number') return port;
  throw new CollectorError({
    code: 'listen_impossible',
    message: `cannot listen on ${host}: ${port.message}`,
    advice: 'set mqtt.listen to an address of this machine',
    cause: port,
  });
}

/** Listens for an instant; the port that it got, or why it could not. */
async function listens(host: string, port: number): Promise<number | Error> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', resolve);
    server.listen(port, host, () => {
      const address = server.address();
      const got = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => resolve(got));
    });
  });
}

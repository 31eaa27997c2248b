import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Backoff, type Clock, exitText, type Logger, FairDeadline, messageOf, SupervisedProcess } from '@lineside/kit';
import { CollectorError } from '../errors/index.ts';
import type { ListenerTls } from './broker-tls.ts';
import { findMosquitto } from './find-mosquitto.ts';
import { leftoverPid, runsWith } from './leftover-broker.ts';
import {
  writeBrokerFiles,
  writePasswords,
  writeRights,
  type BrokerUser,
  type MosquittoFiles,
} from './mosquitto-files.ts';
import { accepts, freePort, listens, reachable } from './ports.ts';

/** Without the time in which it waits for a CPU. */
const READY_WITHIN_MS = 10_000;
const STOP_WITHIN_MS = 5_000;
const STABLE_AFTER_MS = 30_000;
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
  /** Where its files are written; made when missing, readable by this user only. */
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

/** Mosquitto as a supervised child: configured here, started again when it ends, ended with the collector. */
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

  /** Applies a new set of devices; Mosquitto ends sessions whose user was removed. */
  async setDevices(devices: readonly BrokerUser[]): Promise<void> {
    if (this.#files === undefined) throw new Error('prepare() was not called');
    await this.#writeUsers(this.#files, devices);
    if (this.#pid === undefined) return;
    const sameRevoked = this.#readRevoked() === this.#revoked;
    this.#restartAsked = !sameRevoked;
    // The list of revoked certificates is read at the start only; a restart also ends the sessions of revoked devices.
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
        log.info({}, 'broker restarts with the new list of revoked certificates');
        continue;
      }
      if (first && !ended.wasReady) throw cannotStart(ended.reason, this.url);
      if (clock.monoMs() - startedMs > STABLE_AFTER_MS) backoff.reset();
      const waitMs = Math.round(backoff.next());
      this.#restarts += 1;
      log.warn({ reason: ended.reason, waitMs }, 'broker ended; it is started again');
      await clock.sleep(waitMs, signal);
    }
  }

  async #runOnce(signal: AbortSignal): Promise<Ended> {
    const { log } = this.#options;
    const files = this.#files;
    if (files === undefined) throw new Error('prepare() was not called');
    await this.#endLeftover(files);
    // Another program that listens there would answer in place of this broker.
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
      const outcome = await Promise.race([ended, this.#untilReady(child.pid, signal)]);
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

  async #untilReady(pid: number | undefined, signal: AbortSignal): Promise<'ready' | 'late'> {
    const { clock, listen } = this.#options;
    using deadline = new FairDeadline({ pid, ownMs: READY_WITHIN_MS });
    while (!deadline.signal.aborted && !signal.aborted) {
      if (await accepts(reachable(listen.host), this.#port)) return 'ready';
      await clock.sleep(30);
    }
    return 'late';
  }

  /** Ends a broker that an earlier run left running, and no other process: its command line must name this file. */
  async #endLeftover(files: MosquittoFiles): Promise<void> {
    const pid = leftoverPid(this.#pidFile(), files.config);
    rmSync(this.#pidFile(), { force: true });
    if (pid === undefined) return;
    this.#options.log.warn({ pid }, 'ending a broker that an earlier run left running');
    for (const how of ['SIGTERM', 'SIGKILL'] as const) {
      if (!runsWith(pid, files.config)) return;
      process.kill(pid, how);
      for (let tries = 0; tries < 50 && runsWith(pid, files.config); tries += 1) await this.#options.clock.sleep(50);
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

/** An error at the first start ends the collector; later it is one more reason to try again. */
function failed(error: unknown, first: boolean): Ended {
  if (first || !(error instanceof CollectorError)) throw error;
  return { wasReady: false, stopped: false, reason: error.message };
}

function cannotStart(reason: string, url: string): CollectorError {
  const taken = /address already in use|EADDRINUSE/i.test(reason);
  return new CollectorError({
    code: taken ? 'broker_port_taken' : 'broker_not_started',
    message: `Mosquitto does not start at ${url}: ${reason}`,
    advice: taken
      ? 'stop what listens there (perhaps the mosquitto service), or set mqtt.listen to another port; port 0 picks one'
      : 'read its output above; try: mosquitto -c <data>/broker/mosquitto.conf',
  });
}

import { join } from 'node:path';
import { LogTail, runLine, type RunningLine } from '../../edge/src/app/index.ts';
import { checkConfig, type LoadedConfig } from '../../edge/src/config/index.ts';
import { type LogLevel, type RootLogger, systemClock } from '@lineside/kit';
import type { Mosquitto } from './mosquitto.ts';
import { commandLineOf, descendantsOf } from './processes.ts';
import { waitFor } from './wait-for.ts';

/** What a change restarted, seen from outside of the line: processes, connections, log and events. */
export interface Restarted {
  readonly line: boolean;
  readonly vision: boolean;
  /** Models that were loaded. */
  readonly models: readonly string[];
  /** Cameras whose FFmpeg is another one. */
  readonly cameras: readonly string[];
  readonly uplink: boolean;
  /** Whether the status page was served anew. */
  readonly server: boolean;
  /** Events that were closed: rule and reason. */
  readonly closed: readonly string[];
}

export interface MeasuredLineOptions {
  /** Folder of the configuration and the data. */
  readonly dir: string;
  readonly broker: Mosquitto;
  /** By camera, a text that only its FFmpeg has in its command line. */
  readonly cameras: Readonly<Record<string, string>>;
}

/** More than a run of the tests makes. */
const MAX_EVENTS = 500;
const QUIET_MS = 400;
/** Between looks, each of which reads all events and the command lines of all children. */
const LOOK_EVERY_MS = 100;
export const NO_RESTART: Restarted = {
  line: false,
  vision: false,
  models: [],
  cameras: [],
  uplink: false,
  server: false,
  closed: [],
};

interface Counts {
  readonly visions: number;
  readonly models: readonly string[];
  readonly ffmpegs: ReadonlyMap<string, string>;
  readonly connections: number;
  readonly pages: number;
  readonly closed: ReadonlySet<string>;
}

/** A line with real cameras, models, journal, broker and page, whose restarts are counted. */
export class MeasuredLine {
  readonly #options: MeasuredLineOptions;
  readonly #log: { readonly message: string; readonly facts: Readonly<Record<string, unknown>> }[] = [];
  #pages = 0;
  #line: RunningLine | undefined;
  #stop = new AbortController();
  #ended: Promise<void> = Promise.resolve();

  constructor(options: MeasuredLineOptions) {
    this.#options = options;
  }

  /** Starts the line and waits until the events of both cameras are open. */
  async start(config: object): Promise<void> {
    const running = Promise.withResolvers<RunningLine>();
    const stop = new AbortController();
    this.#stop = stop;
    this.#ended = runLine(
      {
        loaded: this.#load(config),
        configProblem: () => undefined,
        configPath: join(this.#options.dir, 'lineside.yaml'),
        dataDir: join(this.#options.dir, 'data'),
        version: 'test',
        clock: systemClock,
        random: Math.random,
        logger: this.#logger(),
        logTail: new LogTail(),
        env: process.env,
        sources: { catalog: [], env: process.env },
        onRunning: running.resolve,
        onReady: () => {
          this.#pages += 1;
        },
        onStopped: () => undefined,
      },
      stop.signal,
    );
    this.#ended.catch(running.reject);
    this.#line = await running.promise;
    await this.#opens();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }

  /** Applies `config` and counts what it restarted, once the line inspects again and all that is `expected` has come. */
  async change(config: object, expected: Partial<Restarted>): Promise<Restarted> {
    const before = this.#counts();
    const line = this.#running();
    const cameras = this.cameras();
    await line.apply(this.#load(config));
    if (line.restart.aborted) {
      // It has stopped in good order; everything is started again by whoever runs it.
      await this.#ended;
      return { line: true, vision: true, models: [], cameras, uplink: true, server: true, closed: [] };
    }
    await this.inspects(this.cameras());
    await waitFor('what is expected', () => isAsExpected(this.#difference(before), expected), {
      withinMs: 15_000,
      everyMs: LOOK_EVERY_MS,
    }).catch(() => undefined);
    // What is not expected gets time to show.
    await this.#quiet();
    return this.#difference(before);
  }

  /** Goes back to `config`, with the events of both cameras open. */
  async settle(config: object): Promise<void> {
    if (this.#running().restart.aborted) return this.start(config);
    await this.#running().apply(this.#load(config));
    await this.inspects(this.cameras());
    await this.#opens();
    await this.#quiet();
  }

  /** Waits until nothing has been started or closed for a while. */
  async #quiet(): Promise<void> {
    let before = this.#counts();
    let sinceMs = performance.now();
    await waitFor(
      'the line to be quiet',
      () => {
        if (JSON.stringify(this.#difference(before)) !== JSON.stringify(NO_RESTART)) {
          before = this.#counts();
          sinceMs = performance.now();
        }
        return performance.now() - sinceMs > QUIET_MS;
      },
      { everyMs: LOOK_EVERY_MS },
    );
  }

  cameras(): readonly string[] {
    return this.#running()
      .status.snapshot()
      .cameras.map(({ id }) => id);
  }

  /** Waits until each camera was inspected twice more. */
  async inspects(ids: readonly string[]): Promise<void> {
    const inspected = (): readonly number[] =>
      ids.map((id) => {
        const camera = this.#running()
          .status.snapshot()
          .cameras.find((one) => one.id === id);
        return camera?.models[0]?.counters.inspected ?? 0;
      });
    const before = inspected();
    await waitFor(`${ids.join(', ')} to inspect`, () => inspected().every((now, i) => now >= (before[i] ?? 0) + 2), {
      withinMs: 30_000,
    });
  }

  async #opens(): Promise<void> {
    await waitFor(
      'the events of both cameras to be open, and the uplink to be connected',
      () => {
        const { status } = this.#running();
        const { link, models } = status.snapshot();
        const { events } = status.events({ limit: MAX_EVENTS });
        const open = events.filter(({ state }) => state === 'open').map(({ rule }) => rule);
        const ready = models.every(({ state, id }) => state === 'ready' || id.startsWith('spare'));
        return open.includes('light') && open.includes('steady') && link.state === 'waiting' && ready;
      },
      { withinMs: 30_000 },
    ).catch((error: unknown) => {
      const log = this.#log.slice(-20).map((line) => JSON.stringify(line));
      const last = JSON.stringify(this.#running().status.snapshot());
      throw new Error(`${String(error)}\nlast state: ${last}\nlog:\n${log.join('\n')}`);
    });
  }

  #running(): RunningLine {
    if (this.#line === undefined) throw new Error('the line was not started');
    return this.#line;
  }

  #counts(): Counts {
    const processes = descendantsOf(process.pid).map((pid) => ({ pid, command: commandLineOf(pid) }));
    const ffmpegs = Object.entries(this.#options.cameras).map(([camera, mark]) => {
      const pids = processes.filter(({ command }) => command.includes('ffmpeg') && command.includes(mark));
      return [camera, pids.map(({ pid }) => pid).join(' ')] as const;
    });
    const { events } = this.#running().status.events({ limit: MAX_EVENTS });
    return {
      visions: this.#logged('vision process is up').length,
      models: this.#logged('model is ready').map(({ facts }) => String(facts['model'])),
      ffmpegs: new Map(ffmpegs),
      connections: this.#options.broker.log.split('New connection from').length,
      pages: this.#pages,
      closed: new Set(
        events.filter(({ state }) => state === 'closed').map(({ event, rule, reason }) => `${event} ${rule} ${reason}`),
      ),
    };
  }

  #difference(before: Counts): Restarted {
    const now = this.#counts();
    return {
      line: false,
      vision: now.visions > before.visions,
      models: now.models.slice(before.models.length).toSorted(),
      cameras: [...now.ffmpegs]
        .filter(([camera, pids]) => pids !== before.ffmpegs.get(camera))
        .map(([camera]) => camera),
      uplink: now.connections > before.connections,
      server: now.pages > before.pages,
      closed: [...now.closed]
        .filter((event) => !before.closed.has(event))
        .map((event) => event.split(' ').slice(1).join(' '))
        .toSorted(),
    };
  }

  #logged(message: string) {
    return this.#log.filter((line) => line.message === message);
  }

  #load(config: object): LoadedConfig {
    const path = join(this.#options.dir, 'lineside.yaml');
    return checkConfig(JSON.stringify(config), { catalog: [], env: {}, path });
  }

  /** Keeps every line, whatever the level is. */
  #logger(): RootLogger {
    const with_ = (base: object): Omit<RootLogger, 'level'> => {
      const note = (facts: object, message: string): void => {
        this.#log.push({ message, facts: { ...base, ...facts } });
      };
      return { debug: note, info: note, warn: note, error: note, child: (facts) => with_({ ...base, ...facts }) };
    };
    let level: LogLevel = 'info';
    return Object.assign(with_({}), {
      get level() {
        return level;
      },
      set level(next) {
        level = next;
      },
    });
  }
}

/** Whether what was restarted is what `expected` says, part by part. */
export function isAsExpected(restarted: Restarted, expected: Partial<Restarted>): boolean {
  return Object.entries(expected).every(
    ([name, value]) => JSON.stringify(restarted[name as keyof Restarted]) === JSON.stringify(value),
  );
}

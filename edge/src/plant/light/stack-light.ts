import { type Clock, isAbort, type Logger, LogThrottle, messageOf, type Service, unlessAbort } from '@lineside/kit';
import { ConnectionKeeper } from '../outputs/index.ts';
import type { PointConnection, PointProtocol, PointWrite } from '../points/index.ts';

export const LAMPS = ['red', 'yellow', 'green'] as const;
export type Lamp = (typeof LAMPS)[number];
/** Which lamps are on. */
export type Lamps = Readonly<Record<Lamp, boolean>>;
/** Where each lamp is on the controller; a light need not have all. */
export type LampPoints = Readonly<Partial<Record<Lamp | 'heartbeat', string>>>;

/** What a light shows when nobody inspects: never green. */
export const STOPPED: Lamps = { red: true, yellow: false, green: false };
const DARK: Lamps = { red: false, yellow: false, green: false };

const LOOK_MS = 500;
/** Also unchanged lamps are written so often: modules whose own watchdog waits for writes go dark or red by themselves. */
const REFRESH_MS = 1_000;
const LAST_MS = 2_000;
const LOG_EVERY_MS = 60_000;

export interface StackLightOptions {
  readonly protocol: PointProtocol;
  /** With its secrets. */
  readonly url: string;
  readonly shown: string;
  readonly points: LampPoints;
  /** Undefined where a person has not armed it: then nothing is written. */
  readonly lamps: () => Lamps | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Shows the lamps on the outputs of a controller until its signal aborts; then red alone. `heartbeat` changes with each
 * refresh, so that the controller can tell a light that nobody drives any more: without one, or a watchdog of
 * the output module, a lamp stays as it was when this machine lost its power or its network.
 */
export class StackLight implements Service {
  readonly name = 'stack light';
  readonly #options: StackLightOptions;
  readonly #keeper: ConnectionKeeper;
  readonly #throttle: LogThrottle;
  #shown: Lamps | undefined;
  #writtenMs = 0;
  #beat = false;
  #problem: string | undefined;

  constructor(options: StackLightOptions) {
    const { protocol, url, shown, clock, log } = options;
    this.#options = options;
    this.#keeper = new ConnectionKeeper(protocol, url, shown, { clock, log });
    this.#keeper.onChange(() => (this.#shown = undefined));
    this.#throttle = new LogThrottle({ everyMs: LOG_EVERY_MS, nowMs: () => clock.monoMs() });
  }

  get connected(): boolean {
    return this.#keeper.connection !== undefined;
  }

  /** Why the lamps may not be what they should. */
  get problem(): string | undefined {
    return this.#keeper.problem ?? this.#problem;
  }

  async run(signal: AbortSignal): Promise<void> {
    const end = new AbortController();
    const kept = this.#keeper.run(end.signal);
    try {
      while (!signal.aborted) {
        await this.#look();
        await this.#options.clock.sleep(LOOK_MS, signal).catch(unlessAbort);
      }
      await this.#leave();
    } finally {
      end.abort();
      await kept;
    }
  }

  async #look(): Promise<void> {
    const { lamps, clock } = this.#options;
    const connection = this.#keeper.connection;
    if (connection === undefined) return;
    const wanted = lamps();
    if (wanted === undefined) {
      // Disarmed: dark once, and then it is somebody else's.
      if (this.#shown !== undefined && (await this.#write(connection, DARK))) this.#shown = undefined;
      return;
    }
    const isSame = this.#shown !== undefined && LAMPS.every((lamp) => this.#shown?.[lamp] === wanted[lamp]);
    if (isSame && clock.monoMs() - this.#writtenMs < REFRESH_MS) return;
    if (await this.#write(connection, wanted)) this.#shown = wanted;
  }

  async #write(connection: PointConnection, lamps: Lamps): Promise<boolean> {
    const { points, clock, log } = this.#options;
    this.#beat = !this.#beat;
    const values = { ...lamps, heartbeat: this.#beat };
    const writes = (['red', 'yellow', 'green', 'heartbeat'] as const).flatMap((name): PointWrite[] => {
      const point = points[name];
      return point === undefined ? [] : [{ point, value: values[name] }];
    });
    this.#writtenMs = clock.monoMs();
    try {
      await connection.write(writes);
      this.#problem = undefined;
      return true;
    } catch (error) {
      this.#problem = messageOf(error);
      const times = this.#throttle.due('refused');
      if (times !== undefined && !isAbort(error))
        log.error({ error: this.#problem, times }, 'the stack light cannot be set');
      return false;
    }
  }

  /** The last that it shows; within its time, because the line must not wait for a controller that is silent. */
  async #leave(): Promise<void> {
    const { lamps, clock } = this.#options;
    const connection = this.#keeper.connection;
    if (connection === undefined || lamps() === undefined) return;
    const stop = new AbortController();
    await Promise.race([this.#write(connection, STOPPED), clock.sleep(LAST_MS, stop.signal).catch(unlessAbort)]);
    stop.abort();
  }
}

import {
  Backoff,
  isAbort,
  LogThrottle,
  messageOf,
  redactUrls,
  type Service,
  unlessAbort,
  untilAborted,
} from '@lineside/kit';
import type {
  PointAddress,
  PointConnection,
  PointOpener,
  PointProtocol,
  PointReading,
} from '../../../plant/points/index.ts';
import type { SourceTools } from '../../signal-source.ts';

const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 5_000;
const LOG_EVERY_MS = 60_000;

type Polled = PointAddress & { readonly id: string };

/**
 * Reads the points of one connection, each as often as it asks for, or has their changes reported where the controller
 * does that; connects again when the connection ends. A point that the controller refuses is bad; a value that stays is
 * confirmed without being announced again.
 */
export class PointSource implements Service {
  readonly name: string;
  readonly #protocol: PointProtocol;
  readonly #points: readonly Polled[];
  readonly #tools: SourceTools;
  readonly #throttle: LogThrottle;
  readonly #newest = new Map<string, string>();

  constructor(protocol: PointProtocol, points: readonly Polled[], tools: SourceTools) {
    this.#protocol = protocol;
    this.#points = points;
    this.#tools = tools;
    this.name = `signals ${redactUrls(this.#address)}`;
    this.#throttle = new LogThrottle({ everyMs: LOG_EVERY_MS, nowMs: () => tools.clock.monoMs() });
  }

  get #address(): string {
    return this.#points[0]?.connection ?? '';
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, sink } = this.#tools;
    const backoff = new Backoff({ firstMs: FIRST_RETRY_MS, maxMs: MAX_RETRY_MS, random: () => 0.5 });
    const opener = this.#protocol.opener?.(this.#tools);
    try {
      while (!signal.aborted) {
        try {
          await this.#session(opener, signal, () => backoff.reset());
        } catch (error) {
          if (!isAbort(error)) this.#report(error);
        }
        this.#newest.clear();
        sink.lost(this.#points.map(({ id }) => id));
        await clock.sleep(backoff.next(), signal).catch(unlessAbort);
      }
    } finally {
      opener?.close();
    }
  }

  /** One connection, from its opening to its end, whose cause it throws. */
  async #session(opener: PointOpener | undefined, signal: AbortSignal, onRead: () => void): Promise<void> {
    const { clock } = this.#tools;
    const connection = await (opener?.connect(this.#address, signal) ??
      this.#protocol.connect(this.#address, this.#tools, signal));
    try {
      if (connection.watch !== undefined) {
        await this.#watch(connection, signal, onRead);
        return;
      }
      const due = new Map(this.#points.map((point) => [point, clock.monoMs()]));
      while (!signal.aborted) {
        const nowMs = clock.monoMs();
        const wanted = this.#points.filter((point) => (due.get(point) ?? 0) <= nowMs);
        if (wanted.length > 0) await this.#poll(connection, wanted);
        onRead();
        for (const point of wanted) due.set(point, Math.max(nowMs + point.everyMs, clock.monoMs()));
        await clock.sleep(Math.max(1, Math.min(...due.values()) - clock.monoMs()), signal);
      }
    } finally {
      connection.close();
    }
  }

  async #poll(connection: PointConnection, points: readonly Polled[]): Promise<void> {
    const readings = await connection.read(points.map(({ point }) => point));
    for (const [index, { id }] of points.entries()) this.#take(id, readings[index] ?? { bad: 'no_answer' });
  }

  #take(id: string, reading: PointReading): void {
    const { sink } = this.#tools;
    const text = JSON.stringify(reading);
    if (this.#newest.get(id) === text) sink.alive([id]);
    else sink.receive(id, reading);
    this.#newest.set(id, text);
  }

  /** Until the connection ends, whose cause it throws. */
  async #watch(connection: PointConnection, signal: AbortSignal, onReport: () => void): Promise<void> {
    await connection.watch?.(this.#points, {
      changed: (index, reading) => {
        const id = this.#points[index]?.id;
        if (id !== undefined) this.#take(id, reading);
      },
      alive: () => {
        onReport();
        this.#tools.sink.alive(this.#points.map(({ id }) => id));
      },
    });
    const cause = await untilAborted(connection.ended, signal);
    if (cause !== undefined) throw cause;
  }

  #report(error: unknown): void {
    const count = this.#throttle.due('lost');
    if (count === undefined) return;
    const facts = { code: 'signals_unreachable', error: messageOf(error), count };
    this.#tools.log.warn(facts, 'no connection to a source of signals');
  }
}

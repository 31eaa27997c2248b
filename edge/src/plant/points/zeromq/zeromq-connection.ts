import { answerWithin, messageOf } from '@lineside/kit';
import { Dealer } from 'zeromq';
import { PointError } from '../errors.ts';
import type { PointConnection, PointReading, PointWrite } from '../point-protocol.ts';

const ANSWER_MS = 500;
const OPEN_MS = 1_000;
/** Requests that wait in the socket while nobody is connected; each has its deadline. */
const MOST_WAITING = 16;
const MAX_ANSWER_BYTES = 65_536;
const MAX_TEXT = 256;

type Answer = Readonly<Record<string, unknown>>;

/**
 * Points of a program that answers `{v: 1, id, read: [NAME...]}` with `{id, values: [{value} or {bad}...]}` and
 * `{v: 1, id, write: [{point, value}...]}` with `{id, ok: true}`, or either with `{id, error: TEXT}`. ZeroMQ says nothing of a
 * peer that is gone, so every request has a deadline, and the first one that passes ends the connection.
 */
export class ZeromqConnection implements PointConnection {
  readonly ended: Promise<Error>;
  readonly #endpoint: string;
  readonly #socket: Dealer;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #end: (error: Error) => void;
  readonly #ended = new AbortController();
  #requests = 0;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(endpoint: string) {
    const { promise, resolve } = Promise.withResolvers<Error>();
    this.ended = promise;
    this.#end = resolve;
    this.#endpoint = endpoint;
    const limits = { linger: 0, sendTimeout: 0, sendHighWaterMark: MOST_WAITING, maxMessageSize: MAX_ANSWER_BYTES };
    this.#socket = new Dealer(limits);
    this.#socket.connect(endpoint);
    void this.#receive();
  }

  /** Rejects with `point_silent` where the program does not answer. */
  static async open(endpoint: string, signal: AbortSignal): Promise<ZeromqConnection> {
    const connection = new ZeromqConnection(endpoint);
    const stop = (): void => connection.close();
    signal.addEventListener('abort', stop, { once: true });
    try {
      signal.throwIfAborted();
      await connection.#ask({ read: [] }, OPEN_MS);
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  async read(points: readonly string[]): Promise<readonly PointReading[]> {
    const { values } = await this.#ask({ read: points });
    const given: readonly unknown[] = Array.isArray(values) ? values : [];
    return points.map((_, place) => readingOf(given[place]));
  }

  async write(writes: readonly PointWrite[]): Promise<void> {
    const answer = await this.#ask({ write: writes });
    if (answer['ok'] === true) return;
    const why = textOf(answer['error']) ?? 'it does not say why';
    throw new PointError('point_refused', `the program at ${this.#endpoint} refuses what is written: ${why}`);
  }

  close(): void {
    this.#over(new PointError('point_lost', `the connection to ${this.#endpoint} was closed`));
  }

  #over(error: Error): void {
    this.#end(error);
    this.#ended.abort(error);
    if (!this.#socket.closed) this.#socket.close();
  }

  async #ask(request: object, withinMs = ANSWER_MS): Promise<Answer> {
    this.#requests += 1;
    const id = this.#requests;
    const late = (): Error =>
      new PointError('point_silent', `the program at ${this.#endpoint} did not answer within ${withinMs} ms`);
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    try {
      // An empty part first: a REP socket at the other end wants it.
      const sending = this.#turn.then(() => this.#socket.send(['', JSON.stringify({ v: 1, id, ...request })]));
      this.#turn = sending.catch(() => undefined);
      const limits = { withinMs, late, ended: this.#ended.signal };
      return await answerWithin(
        sending.then(() => answered),
        limits,
      );
    } catch (error) {
      const cause = error instanceof PointError ? error : this.#failed(error);
      this.#over(cause);
      throw cause;
    } finally {
      this.#waiting.delete(id);
    }
  }

  /** Never rejects. */
  async #receive(): Promise<void> {
    try {
      for await (const parts of this.#socket) {
        const answer = parsed(parts.at(-1));
        const id = answer?.['id'];
        if (answer !== undefined && typeof id === 'number') this.#waiting.get(id)?.(answer);
      }
    } catch (error) {
      this.#over(this.#failed(error));
    }
  }

  #failed(error: unknown): PointError {
    return new PointError('point_lost', `the connection to ${this.#endpoint} failed: ${messageOf(error)}`, error);
  }
}

function parsed(bytes: Uint8Array | undefined): Answer | undefined {
  try {
    const json: unknown = JSON.parse(Buffer.from(bytes ?? []).toString('utf8'));
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Answer) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function readingOf(given: unknown): PointReading {
  if (typeof given !== 'object' || given === null) return { bad: 'no_answer' };
  const value: unknown = Reflect.get(given, 'value');
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return { value };
  if (typeof value === 'string') return { value: value.slice(0, MAX_TEXT) };
  return { bad: textOf(Reflect.get(given, 'bad')) ?? 'wrong_type' };
}

function textOf(given: unknown): string | undefined {
  return typeof given === 'string' && given !== '' ? given.slice(0, MAX_TEXT) : undefined;
}

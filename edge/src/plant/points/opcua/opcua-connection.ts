import { PointError } from '../errors.ts';
import type {
  BrowsedPoint,
  PointConnection,
  PointReading,
  PointReport,
  PointWrite,
  WatchedPoint,
} from '../point-protocol.ts';
import type { Answers, FromOpcua, Request } from './messages.ts';

/** The process at the other end, for one session. */
export interface SessionLine {
  ask<T extends Request['type']>(request: Extract<Request, { type: T }>): Promise<Answers[T]>;
  /** Ends the session there. */
  drop(): void;
  kill(): void;
}

/** The process says at least every second that the server lives; one that says nothing for so long hangs itself. */
const SILENT_MS = 30_000;
const LOOK_MS = 5_000;

/** One session with a server of OPC UA, which is held by another process. */
export class OpcuaConnection implements PointConnection {
  readonly ended: Promise<Error>;
  readonly session: number;
  readonly #line: SessionLine;
  #resolve: (error: Error) => void = () => undefined;
  #over: PointError | undefined;
  #report: PointReport | undefined;
  #heardMs = 0;
  #looking: NodeJS.Timeout | undefined;

  constructor(session: number, line: SessionLine) {
    this.session = session;
    this.#line = line;
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  async read(points: readonly string[]): Promise<readonly PointReading[]> {
    return this.#ask({ type: 'read', points });
  }

  async write(writes: readonly PointWrite[]): Promise<void> {
    await this.#ask({ type: 'write', writes });
  }

  async browse(from: string | undefined, limit: number): Promise<readonly BrowsedPoint[]> {
    return this.#ask({ type: 'browse', from, limit });
  }

  async watch(points: readonly WatchedPoint[], report: PointReport): Promise<void> {
    this.#report = report;
    this.#heardMs = performance.now();
    this.#looking = setInterval(() => {
      if (performance.now() - this.#heardMs > SILENT_MS) this.#line.kill();
    }, LOOK_MS);
    await this.#ask({ type: 'watch', points });
  }

  close(): void {
    this.end(new PointError('point_lost', 'the connection was closed'));
  }

  /** What the process reports of this session. */
  take(message: Extract<FromOpcua, { type: 'changes' | 'alive' | 'ended' }>): void {
    if (this.#over !== undefined) return;
    this.#heardMs = performance.now();
    if (message.type === 'ended') this.end(new PointError(message.code, message.message));
    else if (message.type === 'alive') this.#report?.alive();
    else for (const { index, reading } of message.changes) this.#report?.changed(index, reading);
  }

  end(error: PointError): void {
    if (this.#over !== undefined) return;
    this.#over = error;
    clearInterval(this.#looking);
    this.#line.drop();
    this.#resolve(error);
  }

  async #ask<T extends Request['type']>(request: Extract<Request, { type: T }>): Promise<Answers[T]> {
    if (this.#over !== undefined) throw this.#over;
    try {
      return await this.#line.ask(request);
    } catch (error) {
      // What a point refuses is an answer; everything else ends the session.
      if (error instanceof PointError && (error.code === 'point_silent' || error.code === 'point_lost'))
        this.end(error);
      throw error;
    }
  }
}

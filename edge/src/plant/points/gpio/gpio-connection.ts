import { answerWithin, exitText, messageOf, SupervisedProcess, untilAborted } from '@lineside/kit';
import { PointError } from '../errors.ts';
import type { PointConnection, PointReading, PointWrite } from '../point-protocol.ts';
import { parseGpioPoint } from './gpio-point.ts';
import { GPIO_TOOL } from './gpio-tool.ts';

const START_MS = 5_000;
const ANSWER_MS = 1_000;
const GRACE_MS = 1_000;

interface Waiting {
  readonly resolve: (answer: string) => void;
}

export interface GpioTarget {
  /** Path of the chip. */
  readonly chip: string;
  /** The interpreter; another one for tests. */
  readonly command?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Lines of one chip, held by a child process: when that ends, or this process does, every line that it drove goes off. */
export class GpioConnection implements PointConnection {
  readonly ended: Promise<Error>;
  readonly #process: SupervisedProcess;
  readonly #chip: string;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ready: Promise<undefined>;
  #requests = 0;
  readonly #over = new AbortController();

  private constructor({ chip, command = '/usr/bin/python3', env }: GpioTarget) {
    this.#chip = chip;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#ready = promise;
    this.#process = new SupervisedProcess({
      ...{ command, args: ['-u', '-c', GPIO_TOOL, chip], stdin: 'pipe', stdout: 'pipe', stderr: 'pipe' },
      ...{ endRequest: 'end-of-input', graceMs: GRACE_MS },
      ...(env === undefined ? {} : { env }),
      onStdoutLine: (line) => (line === 'ready' ? resolve(undefined) : this.#take(line)),
    });
    this.ended = this.#process.exited.then(
      (exit) => this.#lost(this.#process.stderr.trim().split('\n').at(-1) ?? exitText(exit)),
      (error: unknown) => this.#lost(messageOf(error)),
    );
    void this.ended.then((error) => this.#over.abort(error));
  }

  /** Rejects with `point_lost` where the tool cannot be started or the chip is not there. */
  static async open(target: GpioTarget, signal: AbortSignal): Promise<GpioConnection> {
    const connection = new GpioConnection(target);
    const ready = connection.#ready.then(() => 'ready' as const);
    const limit = AbortSignal.any([signal, AbortSignal.timeout(START_MS)]);
    const first = (await untilAborted(Promise.race([ready, connection.ended]), limit)) ?? 'late';
    if (first === 'ready') return connection;
    connection.close();
    signal.throwIfAborted();
    if (first === 'late') throw new PointError('point_silent', `${target.chip} was not opened within ${START_MS} ms`);
    throw first;
  }

  async read(points: readonly string[]): Promise<readonly PointReading[]> {
    const readings: PointReading[] = [];
    for (const text of points) {
      const point = parseGpioPoint(text);
      if (typeof point === 'string') readings.push({ bad: 'no_point' });
      else {
        const answer = await this.#ask(`r ${point.line}`);
        const level = /^ok ([01])$/.exec(answer)?.[1];
        readings.push(level === undefined ? { bad: 'refused' } : { value: (level === '1') !== point.activeLow });
      }
    }
    return readings;
  }

  async write(writes: readonly PointWrite[]): Promise<void> {
    for (const { point: text, value } of writes) {
      const point = parseGpioPoint(text);
      if (typeof point === 'string') throw new PointError('point_unknown', `${text} ${point}`);
      const level = LEVELS[String(value).toLowerCase()];
      if (level === undefined)
        throw new PointError('point_value', `${text} cannot hold ${JSON.stringify(value)}: it is on or off`);
      const answer = await this.#ask(`w ${point.line} ${level !== point.activeLow ? 1 : 0} ${point.activeLow ? 1 : 0}`);
      if (!answer.startsWith('ok'))
        throw new PointError('point_refused', `${this.#chip} refuses ${text}: ${answer.replace(/^error /, '')}`);
    }
  }

  close(): void {
    void this.#process.terminate();
  }

  async #ask(request: string): Promise<string> {
    this.#over.signal.throwIfAborted();
    this.#requests += 1;
    const id = this.#requests;
    const late = (): Error => new PointError('point_silent', `${this.#chip} did not answer within ${ANSWER_MS} ms`);
    const answered = new Promise<string>((resolve) => this.#waiting.set(id, { resolve }));
    this.#process.stdin?.write(`${id} ${request}\n`);
    try {
      return await answerWithin(answered, { withinMs: ANSWER_MS, late, ended: this.#over.signal });
    } catch (error) {
      // What does not answer may not know what it drives: it ends, and with it the levels.
      this.close();
      throw error;
    } finally {
      this.#waiting.delete(id);
    }
  }

  #take(line: string): void {
    const [id = '', ...answer] = line.split(' ');
    this.#waiting.get(Number(id))?.resolve(answer.join(' '));
  }

  #lost(why: string): PointError {
    return new PointError('point_lost', `the lines of ${this.#chip} are not held any more: ${why}`);
  }
}

const LEVELS: Readonly<Record<string, boolean | undefined>> = {
  ...{ true: true, on: true, '1': true },
  ...{ false: false, off: false, '0': false },
};

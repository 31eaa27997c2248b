import { open } from 'node:fs/promises';
import {
  type Clock,
  type Logger,
  LogThrottle,
  readKept,
  type Service,
  systemCode,
  unlessAbort,
  urlLogin,
  writeFileAtomic,
} from '@lineside/kit';
import { placeOf } from './exchange-url.ts';
import { MOST_PLAN_BYTES, type PlannedRow, PlanTextError, readPlan } from './plan-text.ts';

/** The plan in force, and what is wrong with a newer one. */
export interface PlanState {
  readonly rows: readonly PlannedRow[];
  /** Wall time at which it was read; undefined where none was read yet. */
  readonly readAtMs: number | undefined;
  /** Why the place cannot be read now; the plan before stays in force. */
  readonly problem: string | undefined;
}

export interface PlanFollowerOptions {
  /** With its secrets; throws where one is missing. */
  readonly url: () => string;
  readonly shown: string;
  readonly everyMs: number;
  /** Where the plan in force is kept over a restart. */
  readonly keptAt: string;
  readonly clock: Clock;
  readonly log: Logger;
}

const HTTP_MS = 10_000;
const LOG_EVERY_MS = 3_600_000;

interface Fresh {
  readonly text: string;
  readonly format: 'csv' | 'json';
  readonly etag?: string | undefined;
}

/** Reads a plan again and again, and keeps the last good one, over a restart too. */
export class PlanFollower implements Service {
  readonly name = 'production plan';
  readonly #options: PlanFollowerOptions;
  readonly #throttle: LogThrottle;
  #state: PlanState;
  /** Of a file: what it was like when it was seen last, and when it was read last. */
  #seen = '';
  #read = '';
  #etag: string | undefined;

  constructor(options: PlanFollowerOptions) {
    this.#options = options;
    this.#throttle = new LogThrottle({ everyMs: LOG_EVERY_MS, nowMs: () => options.clock.monoMs() });
    const kept = readKept(options.keptAt, stateFrom, (error) =>
      options.log.warn({ error }, 'the kept production plan cannot be read'),
    );
    this.#state = { rows: [], readAtMs: undefined, problem: undefined, ...kept };
  }

  get state(): PlanState {
    return this.#state;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.look(signal);
      await this.#options.clock.sleep(this.#options.everyMs, signal).catch(unlessAbort);
    }
  }

  /** Reads the place once, where it has changed. */
  async look(signal: AbortSignal): Promise<void> {
    const { clock, log, shown } = this.#options;
    try {
      const fresh = await this.#fetch(signal);
      if (fresh !== undefined) {
        const rows = readPlan(fresh.text, fresh.format);
        // Only of a plan that could be read: a bad one is asked for again.
        this.#etag = fresh.etag;
        this.#state = { rows, readAtMs: clock.wallMs(), problem: undefined };
        await writeFileAtomic(this.#options.keptAt, JSON.stringify({ plan: rows, readAtMs: clock.wallMs() }));
        log.info({ plan: shown, entries: rows.length }, 'the production plan was read');
      } else if (this.#state.problem !== undefined && this.#etag !== undefined) {
        this.#state = { ...this.#state, problem: undefined };
      }
    } catch (error) {
      if (signal.aborted) return;
      const problem = problemOf(error);
      this.#state = { ...this.#state, problem };
      const count = this.#throttle.due(problem);
      if (count !== undefined) log.warn({ plan: shown, error: problem, count }, 'the production plan cannot be read');
    }
  }

  /** Undefined where nothing has changed. */
  async #fetch(signal: AbortSignal): Promise<Fresh | undefined> {
    const place = placeOf(this.#options.url());
    if (place === undefined) throw new PlanTextError('its address is no place for a plan');
    return place.kind === 'file' ? this.#file(place.path, place.format) : this.#http(place.url, signal);
  }

  /** A file that changes between two looks is still being written. */
  async #file(path: string, format: 'csv' | 'json'): Promise<Fresh | undefined> {
    const file = await open(path, 'r').catch((error: unknown) => {
      this.#read = '';
      throw error;
    });
    try {
      const { ino, size, mtimeMs } = await file.stat();
      const now = `${ino} ${size} ${mtimeMs}`;
      const isSettled = now === this.#seen || this.#read === '';
      this.#seen = now;
      if (!isSettled || now === this.#read) return undefined;
      this.#read = now;
      if (size > MOST_PLAN_BYTES) throw new PlanTextError(`is larger than ${MOST_PLAN_BYTES} bytes`);
      return { text: await file.readFile('utf8'), format };
    } finally {
      await file.close();
    }
  }

  async #http(address: string, signal: AbortSignal): Promise<Fresh | undefined> {
    const { url, username, password } = urlLogin(address);
    const login = Buffer.from(`${username ?? ''}:${password ?? ''}`).toString('base64');
    const answer = await fetch(url, {
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(HTTP_MS)]),
      headers: {
        accept: 'application/json, text/csv',
        ...(this.#etag === undefined ? {} : { 'if-none-match': this.#etag }),
        ...(username === undefined ? {} : { authorization: `Basic ${login}` }),
      },
    });
    if (answer.status === 304) {
      await answer.body?.cancel();
      return undefined;
    }
    if (!answer.ok) {
      await answer.body?.cancel();
      throw new PlanTextError(`the server answers ${answer.status}`);
    }
    const text = await limitedText(answer);
    const format = /csv/i.test(answer.headers.get('content-type') ?? '') ? 'csv' : 'json';
    return { text, format, etag: answer.headers.get('etag')?.slice(0, 256) };
  }
}

function stateFrom(value: unknown): Pick<PlanState, 'rows' | 'readAtMs'> {
  const readAtMs: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'readAtMs') : undefined;
  return { rows: readPlan(JSON.stringify(value), 'json'), readAtMs: Number(readAtMs) || undefined };
}

async function limitedText(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const body: AsyncIterable<Uint8Array> | readonly Uint8Array[] = answer.body ?? [];
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MOST_PLAN_BYTES) throw new PlanTextError(`is larger than ${MOST_PLAN_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Without the address, which may hold a secret. */
function problemOf(error: unknown): string {
  if (error instanceof PlanTextError) return error.message;
  const code = systemCode(error);
  if (code === 'ENOENT') return 'there is no such file';
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer within ${HTTP_MS / 1000} s`;
  const cause = error instanceof Error ? systemCode(error.cause) : undefined;
  return code ?? cause ?? 'it cannot be reached';
}

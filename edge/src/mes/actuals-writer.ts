import { createHash } from 'node:crypto';
import {
  type Clock,
  keepDelivering,
  type Logger,
  LogThrottle,
  messageOf,
  readKept,
  type Service,
  systemCode,
  urlLogin,
  writeFileAtomic,
} from '@lineside/kit';
import { type Actuals, actualsCsv } from './actuals.ts';
import { placeOf } from './exchange-url.ts';

export interface ActualsTarget {
  /** With its secrets; throws where one is missing. */
  readonly url: () => string;
  readonly shown: string;
  readonly everyMs: number;
  /** Where is kept what was delivered. */
  readonly keptAt: string;
}

export interface ActualsWriterOptions extends ActualsTarget {
  /** The shifts of the latest days, oldest first, as the journal has them. */
  readonly actuals: () => readonly Actuals[];
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
}

const HTTP_MS = 10_000;
const FIRST_RETRY_MS = 5_000;
const MAX_RETRY_MS = 300_000;
const LOG_EVERY_MS = 3_600_000;

/**
 * Gives what was made to another program until it has it. What is due is found by comparing the shifts of the journal
 * with the prints of those that were delivered, so a restart or a dead link loses nothing of the days that the journal
 * has. A file holds all of these shifts and is replaced completely; over HTTP each changed shift is one POST whose
 * `Idempotency-Key` is the same when it is repeated.
 */
export class ActualsWriter implements Service {
  readonly name: string;
  readonly #options: ActualsWriterOptions;
  readonly #throttle: LogThrottle;
  readonly #delivered: Map<string, string>;

  constructor(options: ActualsWriterOptions) {
    this.name = `actuals ${options.shown}`;
    this.#options = options;
    this.#throttle = new LogThrottle({ everyMs: LOG_EVERY_MS, nowMs: () => options.clock.monoMs() });
    // What was delivered is delivered once more where that is not known, which changes nothing at the other end.
    const kept = readKept(options.keptAt, printsFrom, (error) =>
      options.log.warn({ error }, 'what was delivered is not known'),
    );
    this.#delivered = new Map(kept);
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, everyMs, random } = this.#options;
    const pace = { everyMs, firstRetryMs: FIRST_RETRY_MS, maxRetryMs: MAX_RETRY_MS, clock, random };
    await keepDelivering((until) => this.deliver(until), pace, signal);
  }

  /** Delivers what is due; true where all of it arrived. */
  async deliver(signal: AbortSignal): Promise<boolean> {
    const { actuals, shown, log } = this.#options;
    try {
      const all = actuals();
      const due = all.filter((one) => this.#delivered.get(keyOf(one)) !== printOf(one));
      if (due.length === 0) return true;
      const place = placeOf(this.#options.url());
      if (place === undefined) throw new Error('its address is no place for actuals');
      if (place.kind === 'file') {
        const text = place.format === 'csv' ? actualsCsv(all) : `${JSON.stringify({ v: 1, actuals: all }, null, 2)}\n`;
        await writeFileAtomic(place.path, text);
        await this.#note(due, all);
      } else {
        for (const one of due) {
          await post(place.url, one, signal);
          await this.#note([one], all);
        }
      }
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      const problem = messageOf(error);
      const count = this.#throttle.due(problem);
      if (count !== undefined) log.warn({ actuals: shown, error: problem, count }, 'actuals cannot be delivered yet');
      return false;
    }
  }

  async #note(arrived: readonly Actuals[], all: readonly Actuals[]): Promise<void> {
    for (const one of arrived) this.#delivered.set(keyOf(one), printOf(one));
    const known = new Set(all.map(keyOf));
    for (const key of this.#delivered.keys()) if (!known.has(key)) this.#delivered.delete(key);
    await writeFileAtomic(this.#options.keptAt, JSON.stringify(Object.fromEntries(this.#delivered)));
  }
}

async function post(address: string, actuals: Actuals, signal: AbortSignal): Promise<void> {
  const { url, username, password } = urlLogin(address);
  const login = Buffer.from(`${username ?? ''}:${password ?? ''}`).toString('base64');
  let answer: Response;
  try {
    answer = await fetch(url, {
      method: 'POST',
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(HTTP_MS)]),
      headers: {
        ...{ 'content-type': 'application/json', 'idempotency-key': printOf(actuals) },
        ...(username === undefined ? {} : { authorization: `Basic ${login}` }),
      },
      body: JSON.stringify(actuals),
    });
  } catch (error) {
    // The message of fetch may quote the address.
    const why = error instanceof Error ? (systemCode(error.cause) ?? error.name) : 'unknown';
    throw new Error(`the server cannot be reached (${why})`, { cause: error });
  }
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`the server answers ${answer.status}`);
}

function keyOf({ device, from, shift }: Actuals): string {
  return `${device} ${from} ${shift}`;
}

function printOf(actuals: Actuals): string {
  return createHash('sha256').update(JSON.stringify(actuals)).digest('hex');
}

function printsFrom(value: unknown): readonly (readonly [key: string, print: string])[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
}

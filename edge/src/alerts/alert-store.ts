import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode, writeFileAtomic } from '@lineside/kit';
import { LANGUAGES } from '@lineside/protocol/vocabulary';
import { z } from 'zod';
import { ALERT_KINDS } from './senders/index.ts';
import { type AlertState, EMPTY_STATE } from './alert-book.ts';

const Condition = z.object({
  ...{ key: z.string(), kind: z.enum(ALERT_KINDS), critical: z.boolean(), text: z.string(), advice: z.string() },
});
const Line = Condition.extend({ phase: z.enum(['began', 'ended']), atMs: z.number() });
const State = z.object({
  v: z.literal(1),
  open: z.record(z.string(), Condition.extend({ goneMs: z.number().exactOptional() })),
  pending: z.array(Line),
  outbox: z.array(
    z.object({
      message: z.object({
        ...{ id: z.string(), device: z.string(), line: z.string(), atMs: z.number(), lines: z.array(Line) },
        language: z.enum(LANGUAGES).exactOptional(),
      }),
      ...{ targets: z.array(z.string()), attempts: z.int(), nextMs: z.number() },
    }),
  ),
  seen: z.array(z.string()),
  ...{ eventsUptoMs: z.number(), next: z.int().positive(), givenUp: z.int() },
});

/** The state of alerts in one file, replaced atomically. */
export class AlertStore {
  readonly #path: string;
  #state: AlertState | undefined;

  constructor(dataDir: string) {
    this.#path = join(dataDir, 'alerts.json');
  }

  /** What was kept last; of a damaged file, which is put aside, nothing. */
  async read(): Promise<AlertState> {
    this.#state ??= await this.#load();
    return this.#state;
  }

  /** Durable when it resolves; writes nothing where nothing differs. */
  async write(state: AlertState): Promise<void> {
    if (state === this.#state) return;
    await writeFileAtomic(this.#path, `${JSON.stringify(state)}\n`);
    this.#state = state;
  }

  async #load(): Promise<AlertState> {
    let text: string;
    try {
      text = await readFile(this.#path, 'utf8');
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return EMPTY_STATE;
      throw error;
    }
    const parsed = State.safeParse(valueOf(text));
    if (parsed.success) return parsed.data;
    await rename(this.#path, `${this.#path}.damaged`);
    return EMPTY_STATE;
  }
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

import { aborted, isAbort, LogThrottle, messageOf, type Service, systemCode, unlessAbort } from '@lineside/kit';
import type { LineEvent } from '../domain/index.ts';
import type { Alarm } from '../pipeline/index.ts';
import type { PlantConnection, PlantTools } from './plant-connection.ts';
import { protocolOf } from './protocols.ts';

const DELIVERY_MS = 2_000;
const RETRY_MS = 2_000;
const LOG_EVERY_MS = 60_000;

export interface PlantTarget {
  /** Reads the URL with its secrets; throws where one of them is missing. */
  readonly url: () => string;
  /** The form of it that may be logged. */
  readonly shown: string;
}

export interface PlantSignalsOptions extends PlantTools {
  readonly targets: readonly PlantTarget[];
  /** A signal that takes longer is given up. Default: 2 s. */
  readonly deliveryMs?: number;
}

/** Signals events to the plant over all of its connections, each with a deadline; a failure costs the record nothing. */
export class PlantSignals implements Service, Alarm {
  readonly name = 'plant';
  readonly #options: PlantSignalsOptions;
  readonly #throttle: LogThrottle;
  /** By place in the targets; undefined until the code of the protocol is loaded. */
  readonly #connections: (PlantConnection | undefined)[];

  constructor(options: PlantSignalsOptions) {
    this.#options = options;
    this.#connections = options.targets.map(() => undefined);
    this.#throttle = new LogThrottle({ everyMs: LOG_EVERY_MS, nowMs: () => options.clock.monoMs() });
  }

  /** Keeps the connections until the signal aborts. One that cannot be made is tried again, and disturbs nothing else. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#options.targets.map((target, index) => this.#keep(target, index, signal)));
    await aborted(signal);
  }

  async #keep({ url, shown }: PlantTarget, index: number, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    while (!signal.aborted) {
      try {
        const resolved = url();
        const protocol = protocolOf(resolved);
        // The configuration was checked: only a reference that resolves to another scheme leads here.
        if (protocol === undefined) throw new Error(`no plant protocol has the scheme of ${shown}`);
        const connection = await protocol.connect(resolved, { clock, log: log.child({ plant: shown }) });
        this.#connections[index] = connection;
        await connection.run(signal);
      } catch (error) {
        this.#logFailure(shown, error);
      }
      this.#connections[index] = undefined;
      await clock.sleep(RETRY_MS, signal).catch(unlessAbort);
    }
  }

  #logFailure(shown: string, error: unknown): void {
    if (isAbort(error)) return;
    const count = this.#throttle.due(`connection ${shown}`);
    if (count === undefined) return;
    const code = systemCode(error) ?? 'plant_unreachable';
    this.#options.log.error({ code, plant: shown, error: messageOf(error), count }, 'no connection to the plant');
  }

  /** Returns at once; what cannot be delivered in time is logged. */
  raise(event: LineEvent): void {
    for (const [index, { shown }] of this.#options.targets.entries()) {
      void this.#deliver(this.#connections[index], event).catch((error: unknown) => {
        const count = this.#throttle.due(shown);
        if (count === undefined) return;
        const reason = messageOf(error);
        this.#options.log.error(
          { plant: shown, event: event.event, error: reason, count },
          'the plant was not signalled',
        );
      });
    }
  }

  async #deliver(connection: PlantConnection | undefined, event: LineEvent): Promise<void> {
    if (connection === undefined) throw new Error('the connection is not open yet');
    const { clock, deliveryMs = DELIVERY_MS } = this.#options;
    const done = new AbortController();
    const late = new AbortController();
    const deadline = clock.sleep(deliveryMs, done.signal).then(
      () => {
        late.abort();
        throw new Error(`no confirmation within ${deliveryMs} ms`);
      },
      () => undefined,
    );
    try {
      await Promise.race([connection.send(event, late.signal), deadline]);
    } finally {
      done.abort();
    }
  }
}

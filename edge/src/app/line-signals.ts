import type { LoadedConfig } from '../config/index.ts';
import type { Signal } from '../domain/index.ts';
import { type Clock, type Logger, type Service, ServiceGroup } from '@lineside/kit';
import { SignalSources, SignalTable } from '../signals/index.ts';
import { settingsOf } from './signal-settings.ts';
import { type PushedReading, type SignalView, StatusError } from '../status/index.ts';

export interface LineSignalsParts {
  readonly loaded: LoadedConfig;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The signals of a running line: their table and their sources, which are replaced when the configuration changes. */
export class LineSignals {
  readonly table: SignalTable;
  readonly services = new ServiceGroup('signals');
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #dataDir: string;
  #sources: Service;
  #pushed: ReadonlySet<string>;

  constructor({ loaded, dataDir, clock, log }: LineSignalsParts) {
    this.#dataDir = dataDir;
    this.#clock = clock;
    this.#log = log;
    this.table = new SignalTable(clock, settingsOf(loaded));
    this.#pushed = pushedOf(loaded);
    this.#sources = this.#newSources(loaded);
    this.services.add(this.#sources);
  }

  /** Reads from the sources of another configuration; a signal whose settings stay keeps its reading. */
  async use(loaded: LoadedConfig): Promise<void> {
    await this.services.remove(this.#sources);
    this.table.use(settingsOf(loaded));
    this.#pushed = pushedOf(loaded);
    this.#sources = this.#newSources(loaded);
    this.services.add(this.#sources);
  }

  views(): readonly SignalView[] {
    return this.table.list().map((signal) => viewOf(signal, this.#clock.monoMs()));
  }

  /** Takes in what others set. Throws `bad_request` where one of them cannot be set: then none is. */
  push(readings: readonly PushedReading[]): readonly SignalView[] {
    for (const { signal } of readings) this.#checkPushed(signal);
    for (const { signal, ...reading } of readings) {
      this.table.receive(signal, 'bad' in reading ? { bad: reading.bad } : { value: reading.value });
    }
    const ids = new Set(readings.map(({ signal }) => signal));
    return this.views().filter(({ id }) => ids.has(id));
  }

  #checkPushed(id: string): void {
    const signal = this.table.get(id);
    if (signal === undefined) {
      const known = this.table.list().map((one) => one.id);
      const advice = `known: ${known.join(', ') || 'none'}; add it under signals:`;
      throw new StatusError({ code: 'bad_request', message: `no signal is called ${id}`, advice });
    }
    if (this.#pushed.has(id)) return;
    const advice = 'only a signal with source: push: can be set by others';
    throw new StatusError({ code: 'bad_request', message: `signal ${id} comes from ${signal.source}`, advice });
  }

  #newSources({ config, secrets }: LoadedConfig): Service {
    const targets = config.signals.map(({ id, source }) => ({ id, url: () => secrets.text(source) }));
    const tools = { clock: this.#clock, log: this.#log, dataDir: this.#dataDir };
    return new SignalSources({ targets, sink: this.table, ...tools });
  }
}

function pushedOf({ config }: LoadedConfig): ReadonlySet<string> {
  return new Set(config.signals.flatMap(({ id, source }) => (/^push:/i.test(source.shown) ? [id] : [])));
}

function viewOf({ reading, atMs, wallMs, sample, ...signal }: Signal, nowMs: number): SignalView {
  const { id, type, unit, source } = signal;
  return {
    ...{ id, type, source, ...reading },
    ...(unit === undefined ? {} : { unit }),
    ...(sample === 0 ? {} : { ageMs: Math.max(0, nowMs - atMs), atMs: wallMs }),
    samples: sample,
  };
}

import type { Clock } from '@lineside/kit';
import type { Signal, SignalReading } from '../domain/index.ts';
import type { Signals } from '../pipeline/index.ts';
import { convert, type SignalSetting } from './signal-setting.ts';
import type { RawReading, SignalSink } from './signal-source.ts';

interface Entry {
  setting: SignalSetting;
  reading: SignalReading;
  atMs: number;
  wallMs: number;
  /** Monotonic ms of the latest proof that the reading still holds. */
  aliveAtMs: number;
  sample: number;
  epoch: number;
  /** The source was lost: what comes next is of another epoch. */
  lost: boolean;
}

const NEVER: SignalReading = { state: 'stale', reason: 'never_received' };

/** The newest reading of every signal. Whether it is stale is decided when it is read, by the monotonic clock. */
export class SignalTable implements Signals, SignalSink {
  readonly #clock: Pick<Clock, 'monoMs' | 'wallMs'>;
  readonly #entries = new Map<string, Entry>();
  readonly #listeners = new Set<(signal: Signal) => void>();

  constructor(clock: Pick<Clock, 'monoMs' | 'wallMs'>, settings: readonly SignalSetting[] = []) {
    this.#clock = clock;
    this.use(settings);
  }

  /** Goes on with other settings; a signal whose settings stay keeps its reading. */
  use(settings: readonly SignalSetting[]): void {
    const before = new Map(this.#entries);
    this.#entries.clear();
    for (const setting of settings) {
      const kept = before.get(setting.id);
      const same = kept !== undefined && JSON.stringify(kept.setting) === JSON.stringify(setting);
      this.#entries.set(setting.id, same ? kept : newEntry(setting));
    }
  }

  get(id: string): Signal | undefined {
    const entry = this.#entries.get(id);
    return entry && this.#view(entry);
  }

  /** Every signal, in the order of the configuration. */
  list(): readonly Signal[] {
    return [...this.#entries.values()].map((entry) => this.#view(entry));
  }

  /** Calls `listener` with each reading that is received, in order; returns how to stop that. */
  onSample(listener: (signal: Signal) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  receive(id: string, raw: RawReading): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    const nowMs = this.#clock.monoMs();
    const age = raw.ageMs ?? 0;
    const { staleAfterMs } = entry.setting;
    if (entry.lost) entry.epoch += 1;
    const reading = read(entry, raw);
    Object.assign(entry, {
      reading,
      atMs: nowMs - age,
      wallMs: this.#clock.wallMs() - age,
      aliveAtMs: nowMs - age,
      sample: entry.sample + 1,
      lost: false,
    });
    // What was too old when it was read is announced to nobody.
    if (staleAfterMs !== undefined && age > staleAfterMs) return;
    const view = this.#view(entry);
    for (const listener of this.#listeners) listener(view);
  }

  alive(ids: readonly string[]): void {
    const nowMs = this.#clock.monoMs();
    for (const id of ids) {
      const entry = this.#entries.get(id);
      if (entry !== undefined && !entry.lost) entry.aliveAtMs = nowMs;
    }
  }

  lost(ids: readonly string[]): void {
    for (const id of ids) {
      const entry = this.#entries.get(id);
      if (entry === undefined || entry.sample === 0 || entry.lost) continue;
      entry.lost = true;
      entry.reading = { state: 'stale', reason: 'source_lost' };
      entry.atMs = this.#clock.monoMs();
      entry.wallMs = this.#clock.wallMs();
    }
  }

  #view({ setting, reading, atMs, wallMs, aliveAtMs, sample, epoch, lost }: Entry): Signal {
    const { id, type, unit, source, staleAfterMs } = setting;
    const isOld = !lost && sample > 0 && staleAfterMs !== undefined && this.#clock.monoMs() - aliveAtMs > staleAfterMs;
    return {
      ...{ id, type, source, sample, epoch },
      ...(unit === undefined ? {} : { unit }),
      ...(isOld
        ? {
            reading: { state: 'stale' as const, reason: 'too_old' as const },
            atMs: aliveAtMs + staleAfterMs,
            wallMs: wallMs + (aliveAtMs + staleAfterMs - atMs),
          }
        : { reading, atMs, wallMs }),
    };
  }
}

function newEntry(setting: SignalSetting): Entry {
  return { setting, reading: NEVER, atMs: 0, wallMs: 0, aliveAtMs: 0, sample: 0, epoch: 1, lost: false };
}

function read({ setting, reading: before }: Entry, raw: RawReading): SignalReading {
  if ('bad' in raw) return { state: 'bad', reason: raw.bad === '' ? 'bad_quality' : raw.bad };
  const converted = convert(setting, raw.value);
  if ('bad' in converted) return { state: 'bad', reason: converted.bad };
  const { value } = converted;
  const isSame =
    before.state === 'good' &&
    typeof value === 'number' &&
    typeof before.value === 'number' &&
    Math.abs(value - before.value) < setting.deadband;
  return isSame ? before : { state: 'good', value };
}

import { aborted, type Clock, isAbort, type Logger, messageOf, type Service, unlessAbort } from '@lineside/kit';
import { signalProtocolOf } from './protocols.ts';
import type { SignalPoint, SignalSink } from './signal-source.ts';

const RETRY_MS = 5_000;

export interface SourceTarget {
  readonly id: string;
  /** Reads the URL with its secrets; throws where one of them is missing. */
  readonly url: () => string;
}

export interface SignalSourcesOptions {
  readonly targets: readonly SourceTarget[];
  readonly sink: SignalSink;
  readonly clock: Clock;
  readonly log: Logger;
  /** The data folder of the device, for certificates; absent where nothing is kept. */
  readonly dataDir?: string;
}

/** Runs the source of every connection. One that fails is tried again and disturbs no other. */
export class SignalSources implements Service {
  readonly name = 'signals';
  readonly #options: SignalSourcesOptions;

  constructor(options: SignalSourcesOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    const stop = new AbortController();
    const both = AbortSignal.any([signal, stop.signal]);
    const running = this.#connections().map((points) => this.#keep(points, both));
    await aborted(signal);
    stop.abort();
    await Promise.all(running);
  }

  /** The points by connection. A signal whose secret is missing is left out until the secrets are read again. */
  #connections(): readonly (readonly SignalPoint[])[] {
    const byConnection = new Map<string, SignalPoint[]>();
    for (const { id, url } of this.#options.targets) {
      const resolved = this.#resolve(id, url);
      const key = resolved === undefined ? undefined : signalProtocolOf(resolved)?.connectionOf(resolved);
      if (resolved === undefined || key === undefined) continue;
      byConnection.set(key, [...(byConnection.get(key) ?? []), { id, url: resolved }]);
    }
    return [...byConnection.values()];
  }

  #resolve(id: string, url: () => string): string | undefined {
    try {
      return url();
    } catch (error) {
      this.#options.log.error({ signal: id, error: messageOf(error) }, 'the source of a signal cannot be read');
      return undefined;
    }
  }

  async #keep(points: readonly SignalPoint[], signal: AbortSignal): Promise<void> {
    const { sink, clock, log, dataDir } = this.#options;
    const tools = { sink, clock, log, ...(dataDir === undefined ? {} : { dataDir }) };
    const protocol = signalProtocolOf(points[0]?.url ?? '');
    if (protocol === undefined) return;
    while (!signal.aborted) {
      try {
        const source = await protocol.open(points, tools);
        await source.run(signal);
      } catch (error) {
        if (!isAbort(error)) log.error({ error: messageOf(error) }, 'a source of signals failed');
        sink.lost(points.map(({ id }) => id));
      }
      await clock.sleep(RETRY_MS, signal).catch(unlessAbort);
    }
  }
}

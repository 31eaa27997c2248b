import { Uplink, type UplinkSnapshot } from '@lineside/uplink';
import { brokerAccess, type LoadedConfig, type UplinkConfig } from '../config/index.ts';
import { type Clock, type Logger, type Service } from '@lineside/kit';
import type { LinkView } from '../status/index.ts';
import type { DataFolder } from './open-data-folder.ts';

export interface UplinkServiceOptions {
  readonly loaded: LoadedConfig;
  readonly uplink: UplinkConfig;
  readonly store: DataFolder;
  readonly clock: Clock;
  readonly random: () => number;
  readonly version: string;
  readonly logger: Logger;
}

/** The uplink with its secrets resolved, and its state as the status page shows it. */
export class UplinkService implements Service {
  readonly name = 'uplink';
  readonly #uplink: Uplink;
  readonly #broker: string;

  constructor(options: UplinkServiceOptions) {
    const { loaded, uplink, store, clock, random, version, logger } = options;
    const broker = brokerAccess(loaded, uplink);
    this.#broker = uplink.broker.shown;
    this.#uplink = new Uplink({
      broker,
      outbox: store.journal,
      media: store.evidence,
      publicKey: store.publicKey,
      ...(uplink.bandwidthLimit === undefined ? {} : { maxBytesPerS: uplink.bandwidthLimit.bytesPerS }),
      ...(uplink.mediaWindow === 'always' ? {} : { mediaWindow: uplink.mediaWindow }),
      line: loaded.config.line,
      version,
      clock,
      log: logger.child({ module: 'uplink' }),
      random,
    });
  }

  run(signal: AbortSignal): Promise<void> {
    return this.#uplink.run(signal);
  }

  /** True while the collector is there and something waits for it. */
  delivering(): boolean {
    const { link, queued, mediaQueued } = this.#uplink.snapshot();
    return link === 'online' && queued + mediaQueued > 0;
  }

  view(): LinkView {
    const snapshot = this.#uplink.snapshot();
    const { lastError, drainPerS, emptyInS, sent, refused, desired, mediaCancelled } = snapshot;
    return {
      state: stateOf(snapshot),
      sinceMs: snapshot.since,
      broker: this.#broker,
      drainPerS,
      ...(emptyInS === undefined || snapshot.queued === 0 ? {} : { emptyInMs: emptyInS * 1000 }),
      sentBytes: sent.bytes,
      sentRecords: sent.records,
      refused,
      ...(desired === undefined ? {} : { desired }),
      picturesCancelled: mediaCancelled,
      ...(lastError === undefined ? {} : { lastError: `${lastError.message}. Try: ${lastError.advice}` }),
    };
  }
}

function stateOf({ link, connects }: UplinkSnapshot): LinkView['state'] {
  switch (link) {
    case 'online':
      return 'online';
    case 'broker':
      return 'waiting';
    case 'down':
      return connects === 0 ? 'connecting' : 'offline';
  }
}

import { type DesiredHandler, type MediaTarget, Uplink, type UplinkSnapshot } from '@lineside/uplink';
import { isDeepStrictEqual } from 'node:util';
import type { UpdateReport } from '@lineside/protocol';
import { machineZone } from '@lineside/protocol/coverage';
import { type BrokerAccess, brokerAccess, type LoadedConfig, shiftPlanOf, type UplinkConfig } from '../config/index.ts';
import { type Clock, type Logger, redactUrls, SecretError, type Service, unlessAbort } from '@lineside/kit';
import type { LinkView } from '../status/index.ts';
import type { DataFolder } from './open-data-folder.ts';

export interface UplinkServiceOptions {
  readonly loaded: LoadedConfig;
  readonly uplink: UplinkConfig;
  readonly store: DataFolder;
  /** Takes desired documents; undefined where no updates come from a repository. */
  readonly desired: DesiredHandler | undefined;
  /** What updates have brought and are doing. */
  readonly updates: () => UpdateReport | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly version: string;
  readonly logger: Logger;
}

/** How often the secrets are read again. */
const SECRETS_EVERY_MS = 2_000;

/**
 * The uplink with its secrets, and its state as the status page shows it. It is off while a secret cannot be read, and
 * starts by itself when it can; it connects anew with secrets that are others now. With one that has gone it goes on as
 * it was.
 */
export class UplinkService implements Service {
  readonly name = 'uplink';
  readonly #options: UplinkServiceOptions;
  readonly #sinceMs: number;
  #uplink: Uplink | undefined;
  #problem: SecretError | undefined;

  constructor(options: UplinkServiceOptions) {
    this.#options = options;
    this.#sinceMs = options.clock.wallMs();
    this.#access();
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (!signal.aborted) {
      const access = this.#access();
      if (access === undefined) await clock.sleep(SECRETS_EVERY_MS, signal).catch(unlessAbort);
      else await this.#runWith(access, signal);
    }
  }

  /** True while the collector is there and something waits for it. */
  delivering(): boolean {
    if (this.#uplink === undefined) return false;
    const { link, queued, mediaQueued } = this.#uplink.snapshot();
    return link === 'online' && queued + mediaQueued > 0;
  }

  /** Where the collector is that is online now, with this device's credential for it. */
  get mediaTarget(): MediaTarget | undefined {
    return this.#uplink?.mediaTarget;
  }

  /** Whether the collector is there. */
  get isOnline(): boolean {
    return this.#uplink?.snapshot().link === 'online';
  }

  /** What updates are doing has changed. */
  reportSoon(): void {
    this.#uplink?.reportSoon();
  }

  view(): LinkView {
    const broker = redactUrls(this.#options.uplink.broker.shown);
    const problem = this.#problemView();
    if (this.#uplink === undefined) return { state: 'off', sinceMs: this.#sinceMs, broker, ...problem };
    const snapshot = this.#uplink.snapshot();
    const { lastError, drainPerS, emptyInS, sent, refused, desired, mediaCancelled } = snapshot;
    return {
      state: stateOf(snapshot),
      sinceMs: snapshot.since,
      broker,
      drainPerS,
      ...(emptyInS === undefined || snapshot.queued === 0 ? {} : { emptyInMs: emptyInS * 1000 }),
      sentBytes: sent.bytes,
      sentRecords: sent.records,
      refused,
      ...(desired === undefined ? {} : { desired }),
      picturesCancelled: mediaCancelled,
      ...(lastError === undefined
        ? {}
        : {
            lastError: `${lastError.message}. Try: ${lastError.advice}`,
            problem: { code: lastError.code, message: lastError.message, advice: lastError.advice },
          }),
    };
  }

  #problemView(): Pick<LinkView, 'lastError'> {
    if (this.#problem === undefined) return {};
    const { message, advice } = this.#problem;
    return { lastError: `${message}. Try: ${advice}` };
  }

  /** The broker with its secrets, or undefined where one of them cannot be read. */
  #access(): BrokerAccess | undefined {
    try {
      const access = brokerAccess(this.#options.loaded, this.#options.uplink);
      this.#problem = undefined;
      return access;
    } catch (error) {
      if (!(error instanceof SecretError)) throw error;
      this.#problem = error;
      return undefined;
    }
  }

  /** Runs the uplink until the signal aborts or the secrets are others. */
  async #runWith(access: BrokerAccess, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const changed = new AbortController();
    const over = AbortSignal.any([signal, changed.signal]);
    const uplink = this.#newUplink(access);
    this.#uplink = uplink;
    const running = uplink.run(over).finally(() => changed.abort());
    while (!over.aborted) {
      await clock.sleep(SECRETS_EVERY_MS, over).catch(unlessAbort);
      const now = this.#access();
      if (now !== undefined && !isDeepStrictEqual(now, access)) changed.abort();
    }
    await running;
  }

  #newUplink(broker: BrokerAccess): Uplink {
    const { loaded, uplink, store, desired, updates, clock, random, version, logger } = this.#options;
    return new Uplink({
      broker,
      outbox: store.journal,
      media: store.evidence,
      publicKey: store.publicKey,
      ...(desired === undefined ? {} : { desired }),
      updates,
      ...(uplink.bandwidthLimit === undefined ? {} : { maxBytesPerS: uplink.bandwidthLimit.bytesPerS }),
      ...(uplink.mediaWindow === 'always' ? {} : { mediaWindow: uplink.mediaWindow }),
      line: loaded.config.line,
      shifts: shiftPlanOf(loaded.config, machineZone()),
      version,
      clock,
      log: logger.child({ module: 'uplink' }),
      random,
    });
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

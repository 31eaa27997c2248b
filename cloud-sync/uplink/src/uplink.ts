import { Backoff, isAbort, messageOf, RateMeter, unlessAbort } from '@lineside/kit';
import {
  CollectorState,
  decode,
  DeviceState,
  MalformedPayload,
  PAYLOAD_FORMS,
  STREAMS,
  topicOf,
} from '@lineside/protocol';
import { opensInMs, TokenBucket } from './limits/index.ts';
import { MediaUpload } from './media/index.ts';
import { type Tuning, TUNING, type UplinkOptions } from './options.ts';
import { OutboxSender, SendWindow } from './outbox/index.ts';
import { problem, type RefusedReason, UplinkFailure, type UplinkProblem } from './ports/index.ts';
import { QueueReport } from './queue-report.ts';
import { BrokerSession } from './session/index.ts';
import type { UplinkSnapshot } from './snapshot.ts';
import { WakeUp } from './wake-up.ts';

const STATE_BYTES = 4 * 1024;
/** A loop that nothing wakes looks again after this. */
const IDLE_MS = 30_000;
const CONFLICT_SHOWN_MS = 600_000;
/** Of a capped link, what pictures may take. */
const MEDIA_SHARE = 1 / 4;

/**
 * The device's end of the wire: keeps a connection to the broker, sends what the outbox holds while a collector says
 * that it is there, and tells the outbox what the collector has committed. Holds nothing worth keeping.
 */
export class Uplink {
  readonly name = 'uplink';
  readonly #options: UplinkOptions;
  readonly #tuning: Tuning;
  readonly #window: SendWindow;
  readonly #sender: OutboxSender;
  readonly #media: MediaUpload | undefined;
  readonly #wake = new WakeUp();
  readonly #mediaWake = new WakeUp();
  readonly #reconnect: Backoff;
  readonly #conflict: Backoff;
  readonly #meter: RateMeter;
  readonly #report: QueueReport;
  readonly #refused: Record<RefusedReason, number> = { malformed: 0, wrong_epoch: 0, beyond: 0, unknown_topic: 0 };
  #link: UplinkSnapshot['link'] = 'down';
  #since: number;
  /** Of the connection being made or in use; `#session` once it is. */
  #drawn = '';
  #session: string | undefined;
  #collector: CollectorState | undefined;
  #acked = 0;
  #connects = 0;
  /** Latest birth that the broker has from this process, and whether another box spoke in its place since. */
  #birth: string | undefined;
  #rival = false;
  #conflicts = 0;
  #conflictAtMs = Number.NEGATIVE_INFINITY;
  #lastError: (UplinkProblem & { readonly at: number }) | undefined;

  constructor(options: UplinkOptions) {
    this.#options = options;
    this.#tuning = { ...TUNING, ...options.tuning };
    const { outbox, media, clock, random } = options;
    const trouble = (what: UplinkProblem): void => this.#trouble(what);
    this.#window = new SendWindow(outbox, this.#tuning.window);
    const events = {
      confirmed: (records: number): void => this.#confirmed(records),
      refused: (reason: RefusedReason, what: UplinkProblem): void => this.#refuse(reason, what),
      trouble,
    };
    const perS = options.maxBytesPerS ?? Number.POSITIVE_INFINITY;
    const share = media === undefined ? 1 : 1 - MEDIA_SHARE;
    const cap = new TokenBucket(perS * share, clock.monoMs());
    const { ackNoteMs, window } = this.#tuning;
    this.#sender = new OutboxSender({
      outbox,
      window: this.#window,
      clock,
      cap,
      ackNoteMs,
      ackMs: window.ackMs,
      events,
    });
    this.#media =
      media &&
      new MediaUpload({ outbox: media, clock, times: this.#tuning.media, trouble, bytesPerS: perS * MEDIA_SHARE });
    this.#reconnect = backoffOf(this.#tuning.reconnect, random);
    this.#conflict = backoffOf(this.#tuning.conflict, random);
    this.#meter = new RateMeter({ spanMs: 30_000, slots: 30, nowMs: () => clock.monoMs() });
    this.#report = new QueueReport(outbox.device, clock, this.#tuning.reportMs);
    this.#since = clock.wallMs();
  }

  /** Connects, and connects again, until the signal aborts; then says goodbye. Trouble is shown, not thrown. */
  async run(signal: AbortSignal): Promise<void> {
    const { outbox, clock } = this.#options;
    const stop = outbox.onAppend(() => {
      this.#wake.now();
      this.#mediaWake.now();
    });
    const uploading = this.#uploads(signal);
    try {
      while (!signal.aborted) {
        const startedMs = clock.monoMs();
        const ended = await this.#oneSession(signal);
        if (ended === undefined) break;
        if (clock.monoMs() - startedMs >= this.#tuning.stableMs) this.#reconnect.reset();
        await clock.sleep(this.#delayAfter(ended), signal).catch(unlessAbort);
      }
    } finally {
      stop();
      await uploading;
    }
  }

  snapshot(): UplinkSnapshot {
    const streams = this.#options.outbox.stats();
    const all = STREAMS.map((stream) => streams[stream]);
    const oldest = Math.min(...all.flatMap((stream) => stream.oldestQueuedWallMs ?? []));
    const queued = all.reduce((sum, stream) => sum + stream.queued, 0);
    const drainPerS = this.#meter.perSecond;
    return {
      link: this.#link,
      since: this.#since,
      streams,
      queued,
      drainPerS,
      ...(drainPerS > 0 ? { emptyInS: queued / drainPerS } : {}),
      wire: this.#sender.wire,
      inFlight: this.#window.inFlight,
      acked: this.#acked,
      resent: this.#window.resent,
      refused: { ...this.#refused },
      connects: this.#connects,
      identityConflicts: this.#conflicts,
      mediaQueued: this.#media?.queued ?? 0,
      mediaSent: this.#media?.sent ?? 0,
      mediaCancelled: this.#media?.cancelled ?? 0,
      ...(this.#session === undefined ? {} : { session: this.#session }),
      ...(this.#collector === undefined ? {} : { collector: this.#collector.session }),
      ...(Number.isFinite(oldest) ? { oldest } : {}),
      ...(this.#lastError === undefined ? {} : { lastError: this.#lastError }),
    };
  }

  /** One connection from its start to its end; says why it ended, or undefined when the signal aborted. */
  async #oneSession(signal: AbortSignal): Promise<UplinkProblem | undefined> {
    const { outbox, broker } = this.#options;
    const { connectMs, keepaliveS } = this.#tuning;
    const id = this.#drawSession();
    this.#drawn = id;
    const topic = topicOf('state', { device: outbox.device });
    let session: BrokerSession | undefined;
    try {
      const will = { topic, payload: this.#state(id, false) };
      const events = {
        message: (from: string, payload: Uint8Array): void => this.#receive(from, payload),
        unheard: (): void => this.#sender.pause(this.#tuning.window.ackMs),
      };
      this.#rival = false;
      session = await BrokerSession.open(outbox.device, { ...broker, connectMs, keepaliveS }, will, events, signal);
      this.#connects += 1;
      this.#session = id;
      session.publish(topic, this.#state(id, true), true, (refusal) => {
        if (refusal === undefined) this.#birth = id;
        else this.#trouble(refusal);
      });
      this.#moved();
      const ended = await this.#serve(session, signal);
      if (ended === undefined) await session.leave(topic, this.#state(id, false));
      return ended;
    } catch (error) {
      if (signal.aborted) return undefined;
      if (error instanceof UplinkFailure) return error.problem;
      // The outbox, most likely: its disk may come back, and until then nothing is marked as delivered.
      return problem('outbox_failed', messageOf(error));
    } finally {
      session?.drop();
      this.#session = undefined;
      this.#collector = undefined;
      this.#sender.forget();
      this.#report.forget();
      this.#moved();
    }
  }

  async #serve(session: BrokerSession, signal: AbortSignal): Promise<UplinkProblem | undefined> {
    let ended: UplinkProblem | undefined;
    void session.closed.then((reason) => {
      ended = reason;
      this.#wake.now();
    });
    const { clock } = this.#options;
    let askedMs = clock.monoMs();
    while (!signal.aborted) {
      if (ended !== undefined) return ended;
      const online = this.#collector?.online === true;
      const ms = online ? this.#sender.pump(session) : IDLE_MS;
      // The word that a collector is there may have been lost on its way: nobody would ever say it again.
      if (!online && clock.monoMs() - askedMs >= IDLE_MS) {
        session.askForCollector();
        askedMs = clock.monoMs();
      }
      // A client can be wedged in ways that nothing reports: a new one costs a second.
      if (this.#sender.silentForMs() >= this.#tuning.silenceMs) {
        return problem('collector_silent', 'nothing was confirmed for a long time: connecting anew');
      }
      const reportMs = this.#report.tell(session, () => this.snapshot());
      await this.#wake.wait(clock, Math.min(ms, reportMs, IDLE_MS), signal);
    }
    return undefined;
  }

  async #uploads(signal: AbortSignal): Promise<void> {
    const { outbox, broker, clock } = this.#options;
    const media = this.#media;
    while (media !== undefined && !signal.aborted) {
      const { mediaUrl: url, uploadUrl } = this.#collector ?? {};
      const { mediaWindow } = this.#options;
      const closedMs = mediaWindow === undefined ? 0 : opensInMs(mediaWindow, clock.wallMs());
      // The wall clock may be set meanwhile: the time of day is looked at again and again.
      let waitMs = closedMs > 0 ? Math.min(closedMs, IDLE_MS) : this.#tuning.media.retryMs;
      if (url !== undefined && closedMs === 0) {
        const { username, password } = broker;
        const user = username === undefined ? {} : { username, ...(password === undefined ? {} : { password }) };
        try {
          const pieces = uploadUrl === undefined ? {} : { uploadUrl };
          waitMs = await media.round({ url, ...pieces, device: outbox.device, ...user }, signal);
        } catch (error) {
          if (isAbort(error)) return;
          this.#trouble(problem('outbox_failed', messageOf(error)));
        }
      }
      if (waitMs > 0) await this.#mediaWake.wait(clock, waitMs, signal);
    }
  }

  #receive(topic: string, payload: Uint8Array): void {
    try {
      if (topic === topicOf('collectorState')) this.#heard(decode(CollectorState, payload, STATE_BYTES));
      else if (topic === topicOf('state', { device: this.#options.outbox.device })) this.#overheard(payload);
      else this.#sender.receive(topic, payload);
    } catch (error) {
      if (error instanceof MalformedPayload) {
        this.#refuse('malformed', problem('payload_malformed', `${topic}: ${error.message}`));
      } else this.#trouble(problem('outbox_failed', messageOf(error)));
    }
    this.#wake.now();
  }

  /**
   * What the broker retains as this device's state. Where it is not the latest that this process said, another box
   * speaks with this identity. Brokers tell so when it takes the session over (0x8E), but Mosquitto 2.0 just closes.
   */
  #overheard(payload: Uint8Array): void {
    if (payload.length === 0 || this.#birth === undefined || this.#rival) return;
    const { session } = decode(DeviceState, payload, STATE_BYTES);
    if (session === this.#birth || session === this.#drawn) return;
    this.#rival = true;
    this.#foundRival(`another box speaks as ${this.#options.outbox.device} (its session ${session})`);
  }

  /** A collector that is new or gone knows nothing of what was on its way. */
  #heard(state: CollectorState): void {
    if (state.session !== this.#collector?.session || !state.online) this.#sender.forget();
    this.#sender.speak(PAYLOAD_FORMS.find((form) => state.accepts?.includes(form)));
    this.#collector = state.online ? state : undefined;
    this.#moved();
    this.#mediaWake.now();
  }

  #confirmed(records: number): void {
    this.#acked += records;
    this.#meter.add(records);
    if (this.#options.clock.monoMs() - this.#conflictAtMs >= CONFLICT_SHOWN_MS) this.#lastError = undefined;
  }

  #refuse(reason: RefusedReason, what: UplinkProblem): void {
    this.#refused[reason] += 1;
    this.#trouble(what);
  }

  #trouble(what: UplinkProblem): void {
    const repeated = this.#lastError?.code === what.code;
    this.#lastError = { ...what, at: this.#options.clock.wallMs() };
    const { log } = this.#options;
    if (repeated) log.debug({ ...what }, 'uplink: again');
    else if (what.code === 'identity_conflict') log.error({ ...what }, 'uplink: another box uses this identity');
    else log.warn({ ...what }, 'uplink: trouble');
  }

  /** Two boxes that share an identity throw each other out: they must not do so at full speed. */
  #delayAfter(ended: UplinkProblem): number {
    const thrownOut = ended.code === 'identity_conflict';
    if (thrownOut) this.#foundRival(ended.message);
    else if (!this.#rival) this.#trouble(ended);
    return thrownOut || this.#rival ? this.#conflict.next() : this.#reconnect.next();
  }

  #foundRival(message: string): void {
    const now = this.#options.clock.monoMs();
    if (now - this.#conflictAtMs > CONFLICT_SHOWN_MS + this.#tuning.conflict.maxMs) this.#conflict.reset();
    this.#conflictAtMs = now;
    this.#conflicts += 1;
    this.#trouble(problem('identity_conflict', message));
  }

  #moved(): void {
    const link = this.#session === undefined ? 'down' : this.#collector === undefined ? 'broker' : 'online';
    if (link === this.#link) return;
    this.#options.log.info({ from: this.#link, to: link }, 'uplink: link');
    this.#link = link;
    this.#since = this.#options.clock.wallMs();
  }

  #state(session: string, online: boolean): Buffer {
    const { outbox, line, version, publicKey, clock } = this.#options;
    const state: DeviceState = {
      v: 1,
      online,
      session,
      epoch: outbox.epoch,
      boot: outbox.boot,
      t: Math.round(clock.wallMs()),
      ...(line === undefined ? {} : { line }),
      ...(version === undefined ? {} : { version }),
      ...(publicKey === undefined ? {} : { key: publicKey }),
    };
    return Buffer.from(JSON.stringify(state));
  }

  /** Each connection has its own, so that the will of an earlier one is known for what it is. */
  #drawSession(): string {
    const digits = (): string =>
      Math.floor(this.#options.random() * 2 ** 32)
        .toString(16)
        .padStart(8, '0');
    return digits() + digits();
  }
}

/** A broker that was just restarted is available again at once: the first attempt comes after a tenth. */
function backoffOf(limits: { readonly firstMs: number; readonly maxMs: number }, random: () => number): Backoff {
  return new Backoff({ ...limits, promptMs: limits.firstMs / 10, random });
}

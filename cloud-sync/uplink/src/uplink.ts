import { messageOf, RateMeter } from '@lineside/kit';
import { type CollectorState, PAYLOAD_FORMS, STREAMS } from '@lineside/protocol';
import { IdentityConflict } from './identity-conflict.ts';
import { DesiredNotApplied, DeviceInbox } from './inbox/index.ts';
import { TokenBucket, WakeUp } from './limits/index.ts';
import { MediaLoop, type MediaTarget, MediaUpload } from './media/index.ts';
import { type Tuning, TUNING, type UplinkOptions } from './options.ts';
import { OutboxSender, SendWindow } from './outbox/index.ts';
import { type DesiredHandler, problem, type UplinkProblem } from './ports/index.ts';
import { Presence } from './presence.ts';
import { ProblemLog } from './problem-log.ts';
import { QueueReport } from './queue-report.ts';
import { SessionLoop } from './session-loop.ts';
import type { UplinkSnapshot } from './snapshot.ts';

/** Fraction of a limited bandwidth that evidence may take. */
const MEDIA_FRACTION = 1 / 4;

/**
 * The device's end of the connection: keeps a session with the broker, sends what the outbox holds while a collector is
 * online, and passes on to the outbox what the collector has committed. Holds nothing that must survive.
 */
export class Uplink {
  readonly name = 'uplink';
  readonly #options: UplinkOptions;
  readonly #tuning: Tuning;
  readonly #window: SendWindow;
  readonly #sender: OutboxSender;
  readonly #inbox: DeviceInbox;
  readonly #upload: MediaUpload | undefined;
  readonly #media: MediaLoop | undefined;
  readonly #wake = new WakeUp();
  readonly #meter: RateMeter;
  readonly #desired: DesiredHandler;
  readonly #report: QueueReport;
  readonly #sessions: SessionLoop;
  readonly #presence: Presence;
  readonly #problems: ProblemLog;
  readonly #conflict: IdentityConflict;
  #acked = 0;

  constructor(options: UplinkOptions) {
    this.#options = options;
    this.#tuning = { ...TUNING, ...options.tuning };
    const { outbox, clock, log, random } = options;
    const { conflict, reportMs } = this.#tuning;
    this.#presence = new Presence(clock, log);
    this.#problems = new ProblemLog(clock, log);
    const report = (what: UplinkProblem): void => this.#problems.report(what);
    this.#conflict = new IdentityConflict({ device: outbox.device, clock, backoff: conflict, random, report });
    this.#meter = new RateMeter({ spanMs: 30_000, slots: 30, nowMs: () => clock.monoMs() });
    this.#report = new QueueReport(clock, reportMs);
    this.#desired = options.desired ?? new DesiredNotApplied(log);
    this.#window = new SendWindow(outbox, this.#tuning.window);
    this.#sender = this.#makeSender();
    this.#inbox = this.#makeInbox();
    this.#upload = this.#makeUpload();
    this.#media = this.#upload && this.#makeMediaLoop(this.#upload);
    this.#sessions = this.#makeSessions();
  }

  /** Keeps a connection until the signal aborts; then publishes that it is offline. Problems are shown, not thrown. */
  async run(signal: AbortSignal): Promise<void> {
    const stop = this.#options.outbox.onAppend(() => {
      this.#wake.now();
      this.#media?.wake();
    });
    const uploading = this.#media?.run(signal);
    try {
      await this.#sessions.run(signal);
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
    const { link, since, session, collector } = this.#presence;
    const { last: newest, refused } = this.#problems;
    const held = this.#sender.heldBack;
    // What is held back stays shown while the rest is being delivered.
    const last = held === undefined ? newest : { ...held, at: newest?.at ?? this.#options.clock.wallMs() };
    const desired = this.#desired.status();
    const updates = this.#options.updates?.();
    return {
      link,
      since,
      streams,
      queued,
      drainPerS,
      ...(drainPerS > 0 ? { emptyInS: queued / drainPerS } : {}),
      sent: this.#sender.sent,
      inFlight: this.#window.inFlight,
      acked: this.#acked,
      resent: this.#window.resent,
      refused,
      connects: this.#sessions.connects,
      identityConflicts: this.#conflict.count,
      mediaQueued: this.#upload?.queued ?? 0,
      mediaSent: this.#upload?.sent ?? 0,
      mediaCancelled: this.#upload?.cancelled ?? 0,
      ...(session === undefined ? {} : { session }),
      ...(collector === undefined ? {} : { collector: collector.session }),
      ...(Number.isFinite(oldest) ? { oldest } : {}),
      ...(desired === undefined ? {} : { desired }),
      ...(updates === undefined ? {} : { updates }),
      ...(last === undefined ? {} : { lastError: last }),
    };
  }

  /** Where the collector that is online takes evidence, and this device's credential for it. */
  get mediaTarget(): MediaTarget | undefined {
    return this.#mediaTarget();
  }

  /** Something that the reported document shows has changed, and should not wait for its turn. */
  reportSoon(): void {
    this.#report.expedite();
    this.#wake.now();
  }

  #receive(topic: string, payload: Uint8Array): void {
    try {
      this.#inbox.receive(topic, payload);
    } catch (error) {
      this.#problems.report(problem('outbox_failed', messageOf(error)));
      this.#window.forget();
    }
    this.#wake.now();
  }

  /** A collector that is new or gone knows nothing about what was in flight. */
  #onCollector(state: CollectorState): void {
    if (state.session !== this.#presence.collector?.session || !state.online) this.#sender.forget();
    this.#sender.setEncoding(PAYLOAD_FORMS.find((form) => state.accepts?.includes(form)));
    this.#presence.onCollector(state);
    this.#media?.wake();
  }

  #confirmed(records: number): void {
    this.#acked += records;
    this.#meter.add(records);
    if (!this.#conflict.shown) this.#problems.solved();
  }

  #makeSessions(): SessionLoop {
    return new SessionLoop({
      ...{ uplink: this.#options, tuning: this.#tuning, wake: this.#wake },
      ...{ presence: this.#presence, problems: this.#problems, conflict: this.#conflict },
      ...{ sender: this.#sender, report: this.#report },
      receive: (topic, payload) => this.#receive(topic, payload),
      snapshot: () => this.snapshot(),
    });
  }

  #makeSender(): OutboxSender {
    const { outbox, clock, media } = this.#options;
    const { saveAcksMs, window } = this.#tuning;
    return new OutboxSender({
      ...{ outbox, clock, saveAcksMs, ackMs: window.ackMs, window: this.#window },
      bucket: new TokenBucket(this.#bytesPerS * (media === undefined ? 1 : 1 - MEDIA_FRACTION), clock.monoMs()),
      events: {
        confirmed: (records) => this.#confirmed(records),
        refused: (kind, reason, what) => this.#problems.refuse(kind, reason, what),
        problem: (what) => this.#problems.report(what),
      },
    });
  }

  #makeInbox(): DeviceInbox {
    return new DeviceInbox(this.#options.outbox.device, {
      ack: (ack) => this.#sender.ack(ack),
      resend: (command) => this.#sender.resend(command),
      desired: (document) => {
        this.#desired.receive(document);
        this.#report.expedite();
      },
      collector: (state) => this.#onCollector(state),
      ownState: (state) => this.#conflict.onOwnState(state),
      refused: (kind, reason, what) => this.#problems.refuse(kind, reason, what),
    });
  }

  #makeUpload(): MediaUpload | undefined {
    const { media: outbox, clock } = this.#options;
    if (outbox === undefined) return undefined;
    return new MediaUpload({
      ...{ outbox, clock, times: this.#tuning.media, bytesPerS: this.#bytesPerS * MEDIA_FRACTION },
      report: (what) => this.#problems.report(what),
    });
  }

  #makeMediaLoop(upload: MediaUpload): MediaLoop {
    const { clock, mediaWindow: window } = this.#options;
    return new MediaLoop({
      ...{ upload, clock, window, retryMs: this.#tuning.media.retryMs },
      target: () => this.#mediaTarget(),
      report: (what) => this.#problems.report(what),
    });
  }

  #mediaTarget(): MediaTarget | undefined {
    const { outbox, broker } = this.#options;
    const { mediaUrl: url, uploadUrl } = this.#presence.collector ?? {};
    if (url === undefined) return undefined;
    const { username, password } = broker;
    return {
      ...{ url, device: outbox.device },
      ...(uploadUrl === undefined ? {} : { uploadUrl }),
      ...(username === undefined ? {} : { username }),
      ...(username === undefined || password === undefined ? {} : { password }),
    };
  }

  get #bytesPerS(): number {
    return this.#options.maxBytesPerS ?? Number.POSITIVE_INFINITY;
  }
}

import { type Clock, isAbort, type Logger, messageOf, redactUrls, type Service, unlessAbort } from '@lineside/kit';
import type { EventView, Health, Snapshot } from '../status/index.ts';
import { type AlertState, groupPending, noteAttempt, noteConditions, noteEvents, withoutTarget } from './alert-book.ts';
import { type ConditionWords, conditionWords } from './condition-words.ts';
import { type FindingTexts, readFindingTexts } from './finding-texts.ts';
import type { AlertMessage, AlertSite } from './senders/index.ts';
import type { AlertStore } from './alert-store.ts';
import { type AlertLimits, conditionsOf, eventCondition } from './conditions.ts';
import { type AlertEnd, senderOf } from './senders/index.ts';

export interface AlertTarget {
  readonly id: string;
  /** Reads the URL with its secrets; throws where one of them is missing. */
  readonly end: () => AlertEnd;
}

/** As the configuration has them now; read again at each look. */
export interface AlertSettings extends AlertLimits, AlertSite {
  readonly targets: readonly AlertTarget[];
  /** What lasts for less is not reported, and what is gone for less is not over. */
  readonly lastsMs: number;
  readonly groupMs: number;
  /** Whether `wallMs` is in quiet hours. */
  readonly isQuiet: (wallMs: number) => boolean;
}

export interface AlertServiceOptions {
  readonly store: AlertStore;
  readonly settings: () => AlertSettings;
  /** The state of the line; cheap. */
  readonly look: () => { readonly snapshot: Snapshot; readonly health: Health };
  /** Critical events with a transition since then, wall ms. */
  readonly criticalEvents: (sinceMs: number) => readonly EventView[];
  readonly clock: Clock;
  readonly log: Logger;
  /** Default: 2 s. */
  readonly everyMs?: number;
}

const LOOK_MS = 2_000;
const SEND_MS = 20_000;
/** When the line stops: what is on its way may arrive, and must then not be sent again. */
const LAST_MS = 3_000;
/** Events that were written so shortly before the last look are looked at again: records may come late, clocks are set. */
const OVERLAP_MS = 10 * 60_000;

/** Watches the line and sends alerts. What fails is tried again, and stops nothing else. */
export class AlertService implements Service {
  readonly name = 'alerts';
  readonly #options: AlertServiceOptions;
  readonly #firstSeen = new Map<string, number>();
  #texts: FindingTexts | undefined;

  constructor(options: AlertServiceOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log, everyMs = LOOK_MS } = this.#options;
    while (!signal.aborted) {
      try {
        await this.#step(signal);
      } catch (error) {
        if (!isAbort(error)) log.error({ err: messageOf(error) }, 'alerts could not be looked after; tried again');
      }
      await clock.sleep(everyMs, signal).catch(unlessAbort);
    }
  }

  async #step(signal: AbortSignal): Promise<void> {
    const { store, settings, clock } = this.#options;
    const now = settings();
    if (now.targets.length === 0) return;
    const nowMs = clock.wallMs();
    const { device, line, language, groupMs } = now;
    const facts = {
      nowMs,
      groupMs,
      device,
      line,
      language,
      quiet: now.isQuiet(nowMs),
      targets: now.targets.map(({ id }) => id),
    };
    // On disk before anything leaves: after a restart the same message is sent, with the same id.
    await store.write(groupPending(this.#noted(await store.read(), now, nowMs, await this.#wordsOf(now)), facts));
    await this.#send(now, signal);
  }

  async #wordsOf({ language }: AlertSettings): Promise<ConditionWords> {
    if (language !== 'en') this.#texts ??= await readFindingTexts();
    return conditionWords(language, this.#texts ?? {});
  }

  #noted(state: AlertState, now: AlertSettings, nowMs: number, words: ConditionWords): AlertState {
    const { look, criticalEvents } = this.#options;
    const { snapshot, health } = look();
    const conditions = conditionsOf(snapshot, health, now, words);
    const noted = noteConditions(state, conditions, { nowMs, lastsMs: now.lastsMs, firstSeen: this.#firstSeen });
    if (!now.kinds.includes('critical_event')) return noted;
    // The first look at all: what happened before alerts were configured is known already.
    if (state.eventsUptoMs === 0) return noteEvents(noted, openAtFirst(snapshot, words), nowMs);
    const sinceMs = Math.min(state.eventsUptoMs, nowMs) - OVERLAP_MS;
    const events = criticalEvents(sinceMs).map((event) => ({ condition: eventCondition(event, words), atMs: nowMs }));
    // The mark moves in large steps: it is not worth a write every two seconds.
    const uptoMs = Math.abs(nowMs - state.eventsUptoMs) < OVERLAP_MS / 2 ? state.eventsUptoMs : nowMs;
    return noteEvents(noted, events, uptoMs);
  }

  async #send(now: AlertSettings, signal: AbortSignal): Promise<void> {
    const { store, clock, log } = this.#options;
    const configured = now.targets.map(({ id }) => id);
    for (const { message, targets, nextMs } of (await store.read()).outbox) {
      const nowMs = clock.wallMs();
      // A clock that was set back must not hold them for ever.
      if (nextMs > nowMs && nextMs - nowMs < SEND_MS * 100) continue;
      for (const target of now.targets.filter(({ id }) => targets.includes(id))) {
        const taken = await this.#deliver(target, message, signal);
        if (!taken) continue;
        await store.write(withoutTarget(await store.read(), message.id, target.id));
        log.info({ alert: message.id, to: target.id, lines: message.lines.length }, 'an alert was sent');
      }
      signal.throwIfAborted();
      const left = (await store.read()).outbox.some((outgoing) => outgoing.message.id === message.id);
      if (left) await store.write(noteAttempt(await store.read(), message.id, { configured, nowMs }));
    }
  }

  async #deliver(target: AlertTarget, message: AlertMessage, signal: AbortSignal): Promise<boolean> {
    using deadline = new SendDeadline(signal);
    try {
      const end = target.end();
      const sender = senderOf(end.url);
      if (sender === undefined) throw new Error('nothing sends to a URL of this scheme');
      await sender.send(end, message, deadline.signal);
      return true;
    } catch (error) {
      signal.throwIfAborted();
      const facts = { alert: message.id, to: target.id, error: redactUrls(messageOf(error)) };
      this.#options.log.warn(facts, 'an alert could not be sent and is tried again');
      return false;
    }
  }
}

function openAtFirst(
  { openEvents = [], atMs }: Snapshot,
  words: ConditionWords,
): { condition: ReturnType<typeof eventCondition>; atMs: number }[] {
  const critical = openEvents.filter(({ severity }) => severity === 'critical');
  return critical.map((event) => ({ condition: eventCondition(event, words), atMs }));
}

/** Ends an attempt after its time, and shortly after `stop` aborts. */
class SendDeadline implements Disposable {
  readonly #controller = new AbortController();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #stop: AbortSignal;
  readonly #onStop = (): void => this.#in(LAST_MS);

  constructor(stop: AbortSignal) {
    this.#stop = stop;
    this.#in(SEND_MS);
    stop.addEventListener('abort', this.#onStop, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    this.#stop.removeEventListener('abort', this.#onStop);
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #in(ms: number): void {
    this.#timers.push(setTimeout(() => this.#controller.abort(new Error('the target did not answer in time')), ms));
  }
}

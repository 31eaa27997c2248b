import { Backoff, messageOf, unlessAbort } from '@lineside/kit';
import type { IdentityConflict } from './identity-conflict.ts';
import type { WakeUp } from './limits/index.ts';
import type { Tuning, UplinkOptions } from './options.ts';
import type { OutboxSender } from './outbox/index.ts';
import { problem, UplinkFailure, type UplinkProblem } from './ports/index.ts';
import { drawSession, type Presence, presenceMessage } from './presence.ts';
import type { ProblemLog } from './problem-log.ts';
import type { QueueReport } from './queue-report.ts';
import { BrokerSession } from './session/index.ts';
import type { UplinkSnapshot } from './snapshot.ts';

/** A loop that nothing wakes looks again after this. */
const IDLE_MS = 30_000;

export interface SessionLoopOptions {
  readonly uplink: UplinkOptions;
  readonly tuning: Tuning;
  readonly presence: Presence;
  readonly problems: ProblemLog;
  readonly conflict: IdentityConflict;
  readonly sender: OutboxSender;
  readonly report: QueueReport;
  /** Wakes the loop when there may be something to send. */
  readonly wake: WakeUp;
  readonly receive: (topic: string, payload: Uint8Array) => void;
  readonly snapshot: () => UplinkSnapshot;
}

/** One connection to the broker after the other, with a back-off between, and what is sent over each. */
export class SessionLoop {
  readonly #options: SessionLoopOptions;
  readonly #reconnect: Backoff;
  #connects = 0;

  constructor(options: SessionLoopOptions) {
    this.#options = options;
    const { reconnect } = options.tuning;
    // A broker that was just restarted is available again at once: the first attempt comes after a tenth.
    this.#reconnect = new Backoff({ ...reconnect, promptMs: reconnect.firstMs / 10, random: options.uplink.random });
  }

  /** Connections since the start. */
  get connects(): number {
    return this.#connects;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { tuning, uplink } = this.#options;
    const { clock } = uplink;
    while (!signal.aborted) {
      const startedMs = clock.monoMs();
      const ended = await this.#oneSession(signal);
      if (ended === undefined) return;
      if (clock.monoMs() - startedMs >= tuning.stableMs) this.#reconnect.reset();
      await clock.sleep(this.#delayAfter(ended), signal).catch(unlessAbort);
    }
  }

  /** One connection from its start to its end; returns why it ended, or undefined when the signal aborted. */
  async #oneSession(signal: AbortSignal): Promise<UplinkProblem | undefined> {
    const { uplink, tuning, presence, problems, conflict, sender, report, receive, wake } = this.#options;
    const { outbox, broker, random, clock } = uplink;
    const { connectMs, keepaliveS, window } = tuning;
    const id = drawSession(random);
    conflict.begin(id);
    let session: BrokerSession | undefined;
    try {
      const will = presenceMessage(uplink, id, false);
      const events = {
        message: receive,
        noSubscribers: (): void => sender.pause(window.ackMs),
        ready: (): void => wake.now(),
        problem: (what: UplinkProblem): void => problems.report(what),
      };
      const { device } = outbox;
      session = await BrokerSession.open({ ...broker, device, connectMs, keepaliveS, will, clock }, events, signal);
      this.#connects += 1;
      presence.connected(id);
      session.send(presenceMessage(uplink, id, true), (refusal) => {
        if (refusal === undefined) conflict.born();
        else problems.report(refusal);
      });
      const ended = await this.#serve(session, signal);
      if (ended === undefined) await session.leave(presenceMessage(uplink, id, false));
      return ended;
    } catch (error) {
      if (signal.aborted) return undefined;
      if (error instanceof UplinkFailure) return error.problem;
      // The outbox, most likely: its disk may recover, and until then nothing is marked as delivered.
      return problem('outbox_failed', messageOf(error));
    } finally {
      session?.drop();
      presence.disconnected();
      sender.forget();
      report.forget();
    }
  }

  async #serve(session: BrokerSession, signal: AbortSignal): Promise<UplinkProblem | undefined> {
    const { uplink, tuning, presence, sender, report, wake, snapshot } = this.#options;
    const { clock } = uplink;
    let ended: UplinkProblem | undefined;
    void session.closed.then((reason) => {
      ended = reason;
      wake.now();
    });
    let askedMs = clock.monoMs();
    while (!signal.aborted) {
      if (ended !== undefined) return ended;
      const online = presence.collector !== undefined;
      const ms = online ? sender.pump(session) : IDLE_MS;
      // The message that a collector is there may have been lost, and nobody would ever repeat it.
      if (!online && clock.monoMs() - askedMs >= IDLE_MS) {
        session.askForCollector();
        askedMs = clock.monoMs();
      }
      // A client can be stuck in ways that nothing reports: a new one costs a second.
      if (sender.silentForMs() >= tuning.silenceMs) {
        return problem('collector_silent', 'nothing was confirmed for a long time: connecting again');
      }
      const reportMs = report.publishIfDue(session, snapshot);
      await wake.wait(clock, Math.min(ms, reportMs, IDLE_MS), signal);
    }
    return undefined;
  }

  /** Two devices that share an identity end each other's sessions: they must not do so at full speed. */
  #delayAfter(ended: UplinkProblem): number {
    const { conflict, problems } = this.#options;
    if (ended.code === 'identity_conflict') conflict.takenOver(ended.message);
    else if (!conflict.seen) problems.report(ended);
    return conflict.seen ? conflict.delayMs() : this.#reconnect.next();
  }
}

import {
  type Ack,
  type CollectorState,
  type Desired,
  type DeviceState,
  floorAfter,
  Inbox,
  type Refusal,
  type ResendCommand,
  type TopicKind,
} from '@lineside/protocol';
import { problem, type RefusedReason, type UplinkProblem } from '../ports/index.ts';

/** Where messages go. */
export interface DeviceInboxHandlers {
  readonly ack: (ack: Ack) => void;
  readonly resend: (command: ResendCommand) => void;
  readonly desired: (document: Desired) => void;
  readonly collector: (state: CollectorState) => void;
  /** What the broker retains as the state of this device. */
  readonly ownState: (state: DeviceState) => void;
  readonly refused: (kind: TopicKind | 'unknown', reason: RefusedReason, what: UplinkProblem) => void;
}

/** All that this device reads: parsed, and dispatched to whoever deals with it. */
export class DeviceInbox {
  readonly #handlers: DeviceInboxHandlers;
  readonly #inbox: Inbox<'device'>;
  /** Of desired documents since the start. */
  #floor = 0;
  #followed = 0;

  constructor(device: string, handlers: DeviceInboxHandlers) {
    this.#handlers = handlers;
    this.#inbox = new Inbox<'device'>({ device, onRefusal: (refusal) => this.#refused(refusal) })
      .on('ack', (_address, ack) => handlers.ack(ack))
      .on('cmd', (_address, command) => handlers.resend(command))
      .on('desired', (_address, document) => this.#desired(document))
      .on('collectorState', (_address, state) => handlers.collector(state))
      .on('state', (_address, state) => handlers.ownState(state));
  }

  /** Throws only what a handler throws. */
  receive(topic: string, payload: Uint8Array): void {
    void this.#inbox.receive(topic, payload);
  }

  /** The retained document comes again with each connection. An older one is passed on too: who follows them reports it. */
  #desired(document: Desired): void {
    if (document.revision < this.#floor) {
      const what = `desired revision ${document.revision} came after ${this.#followed}`;
      this.#handlers.refused('desired', 'stale', problem('payload_malformed', what));
      this.#handlers.desired(document);
    } else if (document.revision !== this.#followed) {
      this.#floor = floorAfter(this.#floor, document.revision);
      this.#followed = document.revision;
      this.#handlers.desired(document);
    }
  }

  #refused({ kind, reason, detail }: Refusal): void {
    const what = reason === 'topic' ? `nothing is known about the topic ${detail}` : `${kind}: ${detail}`;
    const why = reason === 'topic' ? 'unknown_topic' : 'malformed';
    this.#handlers.refused(kind, why, problem('payload_malformed', what));
  }
}

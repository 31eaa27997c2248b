import type { z } from 'zod';
import { Desired } from './desired.ts';
import { Ack, Batch, CollectorState, DeviceState, MAX_BATCH_BYTES, Reported, ResendCommand } from './envelope.ts';
import type { Stream } from './records/index.ts';

/** What every topic begins with. */
export const PREFIX = 'lineside/v1';

export type Role = 'device' | 'collector';

/**
 * How a sender writes a payload. `json`: plain JSON, so that retained documents can be read with any client. `gzip`:
 * JSON, gzipped when that makes it shorter. `negotiated`: `gzip`, or a form that the receiver has announced (codec.ts).
 * A reader takes all of them, on every topic.
 */
export type Encoding = 'json' | 'gzip' | 'negotiated';

export interface TopicSpec {
  /** For docs/protocol.md. */
  readonly about: string;
  /** Levels after the prefix. The device id is a level of its own, so that the broker's rights can be exact. */
  readonly pattern: `{device}/${string}` | 'collector/state';
  readonly schema: z.ZodType;
  /** Who may publish it, and who reads it. */
  readonly publisher: Role;
  readonly readers: readonly Role[];
  readonly qos: 1;
  readonly retain: boolean;
  /** Message expiry (MQTT 5, 3.3.2.3.3): the broker drops what could not be delivered within so many seconds. */
  readonly expiryS?: number;
  readonly encoding: Encoding;
  /** Most bytes of its JSON, after decompression. */
  readonly maxBytes: number;
}

/** Every topic between device and collector: the one place that says what it carries, who may publish it, and how. */
export const TOPICS = {
  up: {
    about: 'Batches of records.',
    pattern: '{device}/up/{stream}',
    schema: Batch,
    publisher: 'device',
    readers: ['collector'],
    qos: 1,
    retain: false,
    encoding: 'negotiated',
    maxBytes: MAX_BATCH_BYTES,
  },
  state: {
    about: 'Presence of a device: birth and will. A device reads its own to notice another one with its identity.',
    pattern: '{device}/state',
    schema: DeviceState,
    publisher: 'device',
    readers: ['collector', 'device'],
    qos: 1,
    retain: true,
    encoding: 'json',
    maxBytes: 4 * 1024,
  },
  reported: {
    about: 'What a device reports about itself, complete.',
    pattern: '{device}/reported',
    schema: Reported,
    publisher: 'device',
    readers: ['collector'],
    qos: 1,
    retain: true,
    encoding: 'json',
    maxBytes: 64 * 1024,
  },
  ack: {
    about: 'Acknowledgements, after the commit.',
    pattern: '{device}/down/ack',
    schema: Ack,
    publisher: 'collector',
    readers: ['device'],
    qos: 1,
    retain: false,
    expiryS: 60,
    encoding: 'gzip',
    maxBytes: 64 * 1024,
  },
  desired: {
    about: 'What a device should be like: configuration and models, as names of signed releases.',
    pattern: '{device}/down/desired',
    schema: Desired,
    publisher: 'collector',
    readers: ['device'],
    qos: 1,
    retain: true,
    encoding: 'json',
    maxBytes: 64 * 1024,
  },
  cmd: {
    about: 'Requests to send records again.',
    pattern: '{device}/down/cmd',
    schema: ResendCommand,
    publisher: 'collector',
    readers: ['device'],
    qos: 1,
    retain: false,
    expiryS: 60,
    encoding: 'gzip',
    maxBytes: 4 * 1024,
  },
  collectorState: {
    about: 'Presence of the collector: devices send batches only while it is online.',
    pattern: 'collector/state',
    schema: CollectorState,
    publisher: 'collector',
    readers: ['device', 'collector'],
    qos: 1,
    retain: true,
    encoding: 'json',
    maxBytes: 4 * 1024,
  },
} as const satisfies Readonly<Record<string, TopicSpec>>;

export type TopicKind = keyof typeof TOPICS;
export const TOPIC_KINDS = Object.keys(TOPICS) as readonly TopicKind[];

/** What a topic carries. */
export type PayloadOf<K extends TopicKind> = z.infer<(typeof TOPICS)[K]['schema']>;

type LevelsOf<P extends string> = P extends `${string}{${infer N}}${infer Rest}` ? N | LevelsOf<Rest> : never;

/** The levels of a topic that vary: `{ device }`, `{ device, stream }`, or none. */
export type AddressOf<K extends TopicKind> = {
  readonly [N in LevelsOf<(typeof TOPICS)[K]['pattern']>]: N extends 'stream' ? Stream : string;
};

/** The topics that a role may publish, and those that it reads. */
export type PublishedBy<R extends Role> = {
  [K in TopicKind]: (typeof TOPICS)[K]['publisher'] extends R ? K : never;
}[TopicKind];
export type ReadBy<R extends Role> = {
  [K in TopicKind]: R extends (typeof TOPICS)[K]['readers'][number] ? K : never;
}[TopicKind];

/** The map's entry as its general type, where the code treats all topics alike. */
export function specOf(kind: TopicKind): TopicSpec {
  return TOPICS[kind];
}

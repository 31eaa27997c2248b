/** Every topic of the wire, `lineside/v1/...`. The device id is a level of its own so that a broker ACL can be exact. */
export const PREFIX = 'lineside/v1';

/** Streams of a device, in the order in which they are sent when the link is short. */
export const STREAMS = ['audit', 'events', 'telemetry', 'media'] as const;
export type Stream = (typeof STREAMS)[number];

export const topics = {
  /** Batches, device to collector, QoS 1. */
  up: (device: string, stream: Stream): string => `${PREFIX}/${device}/up/${stream}`,
  /** Birth and will, retained, QoS 1. */
  state: (device: string): string => `${PREFIX}/${device}/state`,
  /** Full reported document, retained, QoS 1. */
  reported: (device: string): string => `${PREFIX}/${device}/reported`,
  /** Application acks after the collector's commit, QoS 1, with message expiry. */
  ack: (device: string): string => `${PREFIX}/${device}/down/ack`,
  /** Desired document, retained, QoS 1. */
  desired: (device: string): string => `${PREFIX}/${device}/down/desired`,
  /** Requests such as `resend`, QoS 1, with message expiry. */
  cmd: (device: string): string => `${PREFIX}/${device}/down/cmd`,
  /** All that is sent down to one device. */
  down: (device: string): string => `${PREFIX}/${device}/down/#`,
  /** The collector's presence, retained: devices send only while it says online. */
  collectorState: `${PREFIX}/collector/state`,
  /** What a collector subscribes to. */
  allUp: `${PREFIX}/+/up/+`,
  allState: `${PREFIX}/+/state`,
  allReported: `${PREFIX}/+/reported`,
} as const;

/** A topic taken apart, or undefined where it is none of ours. */
export type ParsedTopic =
  | { readonly kind: 'up'; readonly device: string; readonly stream: Stream }
  | { readonly kind: 'state' | 'reported' | 'ack' | 'desired' | 'cmd'; readonly device: string }
  | { readonly kind: 'collectorState' };

const KINDS = { state: 'state', reported: 'reported' } as const;
const DOWN = { ack: 'ack', desired: 'desired', cmd: 'cmd' } as const;

/** Takes `topic` apart; undefined for anything that is not exactly one of ours. */
export function parseTopic(topic: string): ParsedTopic | undefined {
  if (topic === topics.collectorState) return { kind: 'collectorState' };
  const parts = topic.split('/');
  if (parts[0] !== 'lineside' || parts[1] !== 'v1') return undefined;
  const [, , device, a, b] = parts;
  if (device === undefined || !isDeviceId(device) || a === undefined) return undefined;
  if (parts.length === 4 && a in KINDS) return { kind: KINDS[a as keyof typeof KINDS], device };
  if (parts.length !== 5 || b === undefined) return undefined;
  if (a === 'up' && isStream(b)) return { kind: 'up', device, stream: b };
  if (a === 'down' && b in DOWN) return { kind: DOWN[b as keyof typeof DOWN], device };
  return undefined;
}

/** Device ids are one topic level: 1 to 64 of `A-Z a-z 0-9 . _ -`, never `collector`. */
export function isDeviceId(id: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(id) && id !== 'collector';
}

export function isStream(name: string): name is Stream {
  return (STREAMS as readonly string[]).includes(name);
}

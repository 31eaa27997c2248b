import { isDeviceId } from './device-id.ts';
import { isStream } from './records/index.ts';
import { type AddressOf, PREFIX, specOf, TOPIC_KINDS, type TopicKind } from './topics.ts';

const LEVEL = /\{(\w+)\}/g;
const DOWN = '{device}/down/#';

/** The topic of one message: `topicOf('ack', { device: 'line-1' })`. */
export function topicOf(kind: 'collectorState'): string;
export function topicOf<K extends TopicKind>(kind: K, address: AddressOf<K>): string;
export function topicOf(kind: TopicKind, address: Partial<AddressOf<'up'>> = {}): string {
  return fill(kind, address);
}

/** The filter that subscribes to a topic of one device, of one stream, or of all: what `address` leaves out is `+`. */
export function filterOf(kind: TopicKind, address: Partial<AddressOf<'up'>> = {}): string {
  return fill(kind, address);
}

function fill(kind: TopicKind, levels: Readonly<Record<string, string>>): string {
  return `${PREFIX}/${specOf(kind).pattern.replace(LEVEL, (_, name: string) => levels[name] ?? '+')}`;
}

/** All that is sent down to one device, also what a newer collector adds. */
export function downFilter(device: string): string {
  return `${PREFIX}/${DOWN.replace('{device}', device)}`;
}

/** A topic taken apart. */
export type ParsedTopic = { [K in TopicKind]: { readonly kind: K } & AddressOf<K> }[TopicKind];

const PATTERNS = TOPIC_KINDS.map((kind) => ({ kind, levels: `${PREFIX}/${specOf(kind).pattern}`.split('/') }));
const VALID: Readonly<Record<string, (level: string) => boolean>> = { '{device}': isDeviceId, '{stream}': isStream };

/** Takes `topic` apart; undefined for anything that is not exactly one of ours. */
export function parseTopic(topic: string): ParsedTopic | undefined {
  const given = topic.split('/');
  for (const { kind, levels } of PATTERNS) {
    if (given.length !== levels.length) continue;
    const fits = levels.every((level, i) => VALID[level]?.(given[i] ?? '') ?? level === given[i]);
    if (!fits) continue;
    const named = levels.flatMap((level, i) => (level in VALID ? [[level.slice(1, -1), given[i]] as const] : []));
    return { kind, ...Object.fromEntries(named) } as ParsedTopic;
  }
  return undefined;
}

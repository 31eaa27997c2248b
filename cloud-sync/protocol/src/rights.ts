import { downFilter, filterOf } from './topic-names.ts';
import { type Role, specOf, TOPIC_KINDS, type TopicKind } from './topics.ts';

/** What a client may do at the broker with the topics that match `filter`. */
export interface TopicRight {
  readonly access: 'read' | 'write' | 'readwrite';
  readonly filter: string;
}

/** The rights of one device: its own topics and the collector's presence, nothing else. */
export function deviceRights(device: string): readonly TopicRight[] {
  const down = downFilter(device);
  return rights('device', (kind) => {
    const filter = filterOf(kind, { device });
    // One right for all that comes down: a broker may compare the filter of a subscription with it.
    return filter.startsWith(down.slice(0, -1)) ? down : filter;
  });
}

/** The rights of the collector: what it reads and writes, of every device. */
export function collectorRights(): readonly TopicRight[] {
  return rights('collector', (kind) => filterOf(kind));
}

function rights(role: Role, filterFor: (kind: TopicKind) => string): readonly TopicRight[] {
  const found = new Map<string, TopicRight>();
  for (const kind of TOPIC_KINDS) {
    const { publisher, readers } = specOf(kind);
    const [writes, reads] = [publisher === role, readers.includes(role)];
    if (!writes && !reads) continue;
    const filter = filterFor(kind);
    found.set(filter, { access: writes && reads ? 'readwrite' : writes ? 'write' : 'read', filter });
  }
  return [...found.values()];
}

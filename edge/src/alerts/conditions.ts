import type { EventView, Health, Snapshot } from '../status/index.ts';
import type { AlertCondition, AlertKind } from './senders/index.ts';

/** From where on something is worth an alert. */
export interface AlertLimits {
  readonly kinds: readonly AlertKind[];
  readonly queueOlderThanMs: number;
}

const DISK_CODES = new Set(['disk_low', 'disk_full', 'journal_full', 'evidence_full']);

/** What is wrong with the line now, as its status says it. Events are not among it: `eventCondition` is theirs. */
export function conditionsOf(
  snapshot: Snapshot,
  health: Health,
  { kinds, queueOlderThanMs }: AlertLimits,
): readonly AlertCondition[] {
  const all = [...notInspecting(health), ...queueOld(snapshot, queueOlderThanMs), ...disk(health), ...cameras(health)];
  return all.filter(({ kind }) => kinds.includes(kind));
}

function notInspecting({ word, reasons }: Health): readonly AlertCondition[] {
  if (word !== 'not_inspecting') return [];
  const first = reasons.find(({ code }) => code !== 'starting') ?? reasons[0];
  const text = `not inspecting: ${first?.message ?? 'nothing is inspected'}`;
  return [
    { key: 'not_inspecting', kind: 'not_inspecting', critical: true, text, advice: first?.advice ?? 'lineside doctor' },
  ];
}

function queueOld({ journal, link }: Snapshot, limitMs: number): readonly AlertCondition[] {
  if (link.state === 'off') return [];
  return journal.streams
    .filter(({ stream, oldestAgeMs = 0 }) => stream !== 'media' && oldestAgeMs > limitMs)
    .map(({ stream, queued }) => ({
      ...{ key: `queue_old/${stream}`, kind: 'queue_old' as const, critical: false },
      // Without its age, which would be another text every minute.
      text: `${stream}: records wait for the collector for too long (${queued} when this was noticed)`,
      advice: 'lineside doctor, lineside sync status',
    }));
}

function disk({ reasons, warnings }: Health): readonly AlertCondition[] {
  return [...reasons, ...warnings]
    .filter(({ code }) => DISK_CODES.has(code))
    .map(({ code, message, advice }) => ({
      ...{ key: `disk/${code}`, kind: 'disk' as const, critical: code !== 'disk_low', text: message, advice },
    }));
}

function cameras({ reasons, warnings }: Health): readonly AlertCondition[] {
  return [...reasons, ...warnings].flatMap(({ camera, code, message, advice }) =>
    camera === undefined
      ? []
      : [
          {
            ...{ key: `camera_health/${camera}/${code}`, kind: 'camera_health' as const, critical: false },
            ...{ text: `camera ${camera}: ${message}`, advice },
          },
        ],
  );
}

/** A critical event. */
export function eventCondition(event: EventView): AlertCondition {
  const { camera, zone, kind, label, rule } = event;
  const place = zone === undefined ? camera : `${camera}/${zone}`;
  const text = `${kind.replaceAll('_', ' ')}: ${label} at ${place} (rule ${rule})`;
  return {
    key: `event/${event.event}`,
    kind: 'critical_event',
    critical: true,
    text,
    advice: `lineside events show ${event.event}`,
  };
}

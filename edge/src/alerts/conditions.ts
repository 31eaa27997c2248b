import type { EventView, Health, Snapshot } from '../status/index.ts';
import type { ConditionWords } from './condition-words.ts';
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
  words: ConditionWords,
): readonly AlertCondition[] {
  const all = [
    ...notInspecting(health, words),
    ...queueOld(snapshot, queueOlderThanMs, words),
    ...disk(health, words),
    ...cameras(health, words),
  ];
  return all.filter(({ kind }) => kinds.includes(kind));
}

function notInspecting({ word, reasons }: Health, words: ConditionWords): readonly AlertCondition[] {
  if (word !== 'not_inspecting') return [];
  const first = reasons.find(({ code }) => code !== 'starting') ?? reasons[0];
  return [{ key: 'not_inspecting', kind: 'not_inspecting', critical: true, ...words.notInspecting(first) }];
}

function queueOld({ journal, link }: Snapshot, limitMs: number, words: ConditionWords): readonly AlertCondition[] {
  if (link.state === 'off') return [];
  return journal.streams
    .filter(({ stream, oldestAgeMs = 0 }) => stream !== 'media' && oldestAgeMs > limitMs)
    .map(({ stream, queued }) => ({
      ...{ key: `queue_old/${stream}`, kind: 'queue_old' as const, critical: false },
      ...words.queueOld(stream, queued),
    }));
}

function disk({ reasons, warnings }: Health, words: ConditionWords): readonly AlertCondition[] {
  return [...reasons, ...warnings]
    .filter(({ code }) => DISK_CODES.has(code))
    .map((finding) => ({
      ...{ key: `disk/${finding.code}`, kind: 'disk' as const, critical: finding.code !== 'disk_low' },
      ...words.finding(finding),
    }));
}

function cameras({ reasons, warnings }: Health, words: ConditionWords): readonly AlertCondition[] {
  return [...reasons, ...warnings].flatMap((finding) =>
    finding.camera === undefined
      ? []
      : [
          {
            ...{ key: `camera_health/${finding.camera}/${finding.code}`, kind: 'camera_health' as const },
            ...{ critical: false, ...words.camera(finding.camera, finding) },
          },
        ],
  );
}

/** A critical event. */
export function eventCondition(event: EventView, words: ConditionWords): AlertCondition {
  return { key: `event/${event.event}`, kind: 'critical_event', critical: true, ...words.event(event) };
}

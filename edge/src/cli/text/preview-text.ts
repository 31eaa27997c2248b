import { textTable } from './text-table.ts';
import { durationText, localTime } from './time-text.ts';

interface PreviewedEvent {
  readonly rule: string;
  readonly kind: string;
  readonly label: string;
  readonly zone?: string;
  readonly severity: string;
  readonly openedAtMs: number;
  /** Absent where it was open at the end. */
  readonly closedAtMs?: number;
}

/** A preview as the service answers it. Times are wall times. */
export interface PreviewAnswer {
  readonly camera: string;
  readonly fromAtMs: number;
  readonly toAtMs: number;
  /** Results of models that were judged. */
  readonly results: number;
  readonly changes: readonly (
    | { readonly change: 'added' | 'removed'; readonly event: PreviewedEvent }
    | {
        readonly change: 'changed';
        readonly before: PreviewedEvent;
        readonly after: PreviewedEvent;
        readonly fields: readonly string[];
      }
  )[];
  readonly counts: Readonly<Record<'added' | 'removed' | 'changed' | 'unchanged', number>>;
  readonly rules: readonly {
    readonly rule: string;
    readonly before: number;
    readonly after: number;
    readonly reported: number;
  }[];
  readonly leftOut: readonly string[];
}

/** Events of each rule as it is and with the change, then what differs, oldest first. */
export function previewText(preview: PreviewAnswer): string {
  const { camera, fromAtMs, toAtMs, results, changes, counts, rules, leftOut } = preview;
  const span = `${localTime(fromAtMs)} to ${localTime(toAtMs)}`;
  return [
    `camera ${camera}, ${span} (${durationText(toAtMs - fromAtMs)}, ${results} results)`,
    textTable({
      columns: ['rule', 'events now', 'with the change', 'really reported'],
      rows: rules.map((one) => [one.rule, `${one.before}`, `${one.after}`, `${one.reported}`]),
    }),
    `${counts.added} added, ${counts.removed} removed, ${counts.changed} changed, ${counts.unchanged} as before`,
    ...changes.map(changeLine),
    ...(leftOut.length === 0 ? [] : [`not judged, because no signals and pictures are kept: ${leftOut.join(', ')}`]),
    'nothing was saved',
  ].join('\n');
}

function changeLine(change: PreviewAnswer['changes'][number]): string {
  if (change.change !== 'changed') return `  ${change.change.padEnd(7)}  ${eventText(change.event)}`;
  return `  changed  ${eventText(change.after)}; other than before: ${change.fields.join(', ')}`;
}

function eventText({ rule, kind, label, zone, severity, openedAtMs, closedAtMs }: PreviewedEvent): string {
  const place = zone === undefined ? '' : ` at ${zone}`;
  const length = closedAtMs === undefined ? 'open at the end' : durationText(closedAtMs - openedAtMs);
  return `${localTime(openedAtMs)}  ${rule}: ${severity} ${kind} ${label}${place}, ${length}`;
}

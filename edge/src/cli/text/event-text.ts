import type { EventSummary, Transition } from '../../events/reading.ts';
import { durationText, localTime } from './time-text.ts';

/** One event in one line. */
export function eventLine(event: EventSummary): string {
  const end = event.state === 'open' ? 'open' : `closed (${event.reason ?? ''})`;
  const doubt = event.clock === 'synced' ? '' : ` [time ${event.clock}]`;
  const what = `${event.severity} ${event.kind} ${event.label} at ${placeOf(event)}`;
  return `${event.event}  ${localTime(event.openedAtMs)}  ${what}, ${durationText(event.durationMs)}, ${end}${doubt}`;
}

/** One transition in one line. */
export function transitionLine({ wallMs, body }: Transition): string {
  const reason = body.reason === undefined ? '' : ` (${body.reason})`;
  const what = `${body.severity} ${body.kind} ${body.label} at ${placeOf(body)}`;
  return `${localTime(wallMs)}  ${body.phase.padEnd(7)} ${what}, ${durationText(body.durationMs)}${reason}  ${body.event}`;
}

function placeOf(event: { readonly camera: string; readonly zone?: string | undefined }): string {
  return event.zone === undefined ? event.camera : `${event.camera}/${event.zone}`;
}

import type { SignalView } from '../../status/index.ts';
import { durationText } from './time-text.ts';

/** One signal on one line: `scale-1  502.4 g  good, 0.2 s old`. */
export function signalLine({ id, state, value, unit, reason, ageMs, source }: SignalView): string {
  const shown = value === undefined ? '-' : `${String(value)}${unit === undefined ? '' : ` ${unit}`}`;
  const age = ageMs === undefined ? '' : `, ${durationText(ageMs)} old`;
  const why = reason === undefined ? '' : ` (${reason.replaceAll('_', ' ')})`;
  return `${id.padEnd(20)} ${shown.padEnd(16)} ${state}${why}${age}  ${source}`;
}

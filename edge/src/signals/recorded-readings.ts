import { LinesideError } from '@lineside/kit';
import type { RawReading } from './signal-source.ts';
import { readSignalLine } from './sources/lines.ts';

/** What a recording has of signals at one moment: a reading of one signal, or proof that all readings still hold. */
export interface RecordedReading {
  /** Milliseconds of the recording. */
  readonly atMs: number;
  /** Id of the signal, and what was read; absent where nothing but proof of life arrived. */
  readonly signal?: { readonly id: string; readonly reading: RawReading };
}

/**
 * Reads recorded signals, one JSON object per line, in order of time: `{"seconds": 12.5, "signal": "weight", "value": 501}`,
 * `{"seconds": 13, "signal": "weight", "bad": "overload"}` or `{"seconds": 14, "alive": true}`. `streamSeconds`, as the
 * twin writes it, is the same as `seconds`. Throws LinesideError with the code `signals_invalid`.
 */
export function readRecordedSignals(text: string, path: string): readonly RecordedReading[] {
  let latestMs = 0;
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const atMs = timeOf(line);
    const read = readSignalLine(line);
    if (atMs === undefined || atMs < latestMs || read.kind === 'unknown') {
      const what =
        atMs === undefined ? 'has no time' : atMs < latestMs ? 'is earlier than the line before' : 'is no reading';
      throw new LinesideError({
        code: 'signals_invalid',
        message: `${path}: line ${index + 1} ${what}`,
        advice: 'write one object per line, in order: {"seconds": 12.5, "signal": "weight", "value": 501}',
      });
    }
    latestMs = atMs;
    return [read.kind === 'alive' ? { atMs } : { atMs, signal: { id: read.name, reading: read.reading } }];
  });
}

function timeOf(line: string): number | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null) return undefined;
    const seconds = 'seconds' in value ? value.seconds : 'streamSeconds' in value ? value.streamSeconds : undefined;
    return typeof seconds === 'number' && Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

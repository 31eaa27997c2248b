import { machineZone, parseInstant } from '@lineside/protocol/coverage';
import { LinesideError, systemClock } from '@lineside/kit';
import { probeFfmpeg, recordedAt } from '../camera/index.ts';
import { type LoadedConfig, shiftPlanOf } from '../config/index.ts';
import type { ReplayOptions } from './options.ts';

/**
 * Wall time of the beginning of a replay, milliseconds since 1970: what is given, or what the first recording says of
 * itself; undefined where nobody asked for a clock. Throws LinesideError.
 */
export async function replayStart(
  { startsAtMs, clock, recordings, signal }: Pick<ReplayOptions, 'startsAtMs' | 'clock' | 'recordings' | 'signal'>,
  { config }: Pick<LoadedConfig, 'config'>,
): Promise<number | undefined> {
  if (startsAtMs !== undefined || clock === undefined) return startsAtMs;
  if (clock === 'recording') {
    const [first] = recordings;
    const found =
      first === undefined ? undefined : await recordedAt(first.path, await probeFfmpeg('ffmpeg', signal), signal);
    if (found !== undefined) return found;
    throw new LinesideError({
      code: 'recording_undated',
      message: `${first?.path ?? 'a replay without a recording'} does not say when it was made`,
      advice: 'give the time of its beginning, such as --clock 2026-11-29T14:00',
    });
  }
  const given = parseInstant(clock, shiftPlanOf(config, machineZone()).timeZone, systemClock.wallMs());
  if (given !== undefined) return given;
  throw new LinesideError({
    code: 'clock_unreadable',
    message: `--clock ${clock} is no time`,
    advice: 'write 2026-11-29T14:00 for the time of the line, 2026-11-29T14:00Z, or recording',
  });
}

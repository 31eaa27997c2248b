import { ProgramError, runProgram } from '@lineside/kit';
import type { FfmpegCapabilities } from './capabilities.ts';
import { ffmpegEnvironment } from './ffmpeg-environment.ts';

const DEADLINE_MS = 15_000;
/** Recorders without a clock write 1904 or 1970. */
const EARLIEST_MS = Date.UTC(2000, 0, 1);

/**
 * Milliseconds since 1970 at which a video file began, as its recorder wrote it (`creation_time`); undefined where it wrote
 * none, or the file cannot be read. A recorder with a wrong clock wrote a wrong time.
 */
export async function recordedAt(
  path: string,
  { command }: Pick<FfmpegCapabilities, 'command'>,
  signal: AbortSignal,
): Promise<number | undefined> {
  const program = command.replace(/ffmpeg(?=[^/]*$)/, 'ffprobe');
  const entries = 'format_tags=creation_time:stream_tags=creation_time';
  const args = ['-v', 'error', '-show_entries', entries, '-of', 'csv=p=0', '-i', path];
  try {
    const { stdout } = await runProgram(program, args, { timeoutMs: DEADLINE_MS, signal, env: ffmpegEnvironment() });
    const times = stdout.split('\n').map((line) => Date.parse(line.trim()));
    return times.find((ms) => ms >= EARLIEST_MS);
  } catch (error) {
    if (error instanceof ProgramError && !signal.aborted) return undefined;
    throw error;
  }
}

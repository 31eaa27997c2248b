import { runProgram } from '@lineside/kit';
import type { FfmpegCapabilities } from './capabilities.ts';
import { ffmpegEnvironment } from './ffmpeg-environment.ts';
import { SOCKET_TIMEOUT_MS, sourceOf } from './sources/index.ts';
import { UrlHandover } from './url-handover.ts';

/** What the packets of a stream say, before anything is decoded. */
export interface PacketFigures {
  /** Length of what was read, by the stream's own times. */
  readonly overMs: number;
  readonly fps: number;
  readonly bitsPerS: number;
  /** The longest time between two key frames; undefined where there were not two. */
  readonly keyframeIntervalMs?: number;
}

export interface MeasurePackets {
  readonly url: string;
  readonly transport: 'tcp' | 'udp';
  readonly capabilities: FfmpegCapabilities;
  /** How much of the stream is read, ms. */
  readonly durationMs: number;
}

const START_MS = 15_000;

/** Reads packets for a while with ffprobe, which decodes none of them. Undefined where fewer than two have a time. Rejects as a program does. */
export async function measurePackets(
  { url, transport, capabilities, durationMs }: MeasurePackets,
  signal: AbortSignal,
): Promise<PacketFigures | undefined> {
  await using handover = await UrlHandover.open(url);
  const { timeoutOption, command } = capabilities;
  const facts = { url: handover.input, transport, timeoutOption, timeoutMs: SOCKET_TIMEOUT_MS };
  const show = ['-select_streams', 'v:0', '-show_entries', 'packet=pts_time,size,flags', '-of', 'csv=p=0'];
  const interval = ['-read_intervals', `%+${(durationMs / 1000).toFixed(1)}`];
  const program = command.replace(/ffmpeg(?=[^/]*$)/, 'ffprobe');
  const { stdout } = await runProgram(
    program,
    ['-v', 'error', ...show, ...interval, ...sourceOf(url).probeArguments(facts)],
    {
      timeoutMs: START_MS + 2 * durationMs,
      signal,
      group: 'parent',
      env: ffmpegEnvironment(),
      keepCharacters: 1 << 20,
    },
  );
  return packetFigures(stdout);
}

/** Lines of `pts_time,size,flags`; key frames have a K. */
export function packetFigures(text: string): PacketFigures | undefined {
  const packets = text.split('\n').flatMap((line) => {
    const [time, size, flags = ''] = line.split(',');
    const timeS = Number(time);
    return time === '' || time === undefined || Number.isNaN(timeS)
      ? []
      : [{ timeS, size: Number(size), isKey: flags.startsWith('K') }];
  });
  const times = packets.map(({ timeS }) => timeS);
  const spanS = Math.max(...times) - Math.min(...times);
  if (packets.length < 2 || !(spanS > 0)) return undefined;
  const keys = packets.filter(({ isKey }) => isKey).map(({ timeS }) => timeS);
  const gaps = keys.slice(1).map((time, n) => time - (keys[n] ?? time));
  return {
    overMs: spanS * 1000,
    fps: (packets.length - 1) / spanS,
    bitsPerS: (packets.reduce((sum, { size }) => sum + size, 0) * 8) / spanS,
    ...(gaps.length === 0 ? {} : { keyframeIntervalMs: Math.max(...gaps) * 1000 }),
  };
}

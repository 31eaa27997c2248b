import type { Column } from '../report.ts';

export const COLUMNS: readonly Column[] = [
  { key: 'cameras' },
  { key: 'pictures' },
  { key: 'sent', digits: 0 },
  { key: 'offered', digits: 0 },
  { key: 'inspected', digits: 0 },
  { key: 'skipped', digits: 0 },
  { key: 'failed', digits: 0 },
  { key: 'journaled', digits: 0 },
  { key: 'withoutPicture', digits: 0 },
  { key: 'sentToFrameP50Ms', digits: 0 },
  { key: 'frameToResultP50Ms', digits: 1 },
  { key: 'frameToJournalP50Ms', digits: 1 },
  { key: 'frameToJournalP95Ms', digits: 1 },
  { key: 'frameToJournalP99Ms', digits: 1 },
  { key: 'inferP50Ms', digits: 1 },
  { key: 'bareInferP50Ms', digits: 1 },
  { key: 'bareInferCpuMs', digits: 1 },
  { key: 'mainCpuPerCamera', digits: 3 },
  { key: 'visionCpuPerCamera', digits: 3 },
  { key: 'ffmpegCpuPerCamera', digits: 3 },
  { key: 'cpuPerCamera', digits: 3 },
  { key: 'decodeOnlyCpuPerCamera', digits: 3 },
  { key: 'limitCpuPerCamera', digits: 3 },
  { key: 'timesLimit', digits: 2 },
  { key: 'mainRssMib', digits: 0 },
  { key: 'visionRssMib', digits: 0 },
  { key: 'ffmpegRssPerCameraMib', digits: 0 },
];

export interface Conditions {
  readonly rounds: number;
  readonly seconds: number;
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
}

/** What the table means, and what in it speaks against us. */
export function notesOn({ rounds, seconds, width, height, framesPerSecond }: Conditions): string[] {
  return [
    `Median of ${rounds} round(s) of ${seconds} s, lowest and highest in brackets; in a round the line without pictures, ffmpeg -f null, the line with pictures and the bare session take turns.`,
    `Cameras: one H.264 video of ${width}x${height} at ${framesPerSecond} frames a second over RTSP on TCP. Each inspected frame opens and closes an event: two transactions, and with pictures a JPEG and its fsync. A real line journals far less.`,
    'sent: pictures the server sent. The stretch of the counters begins and ends a moment beside it, so one frame per camera may be on either side. offered = inspected + skipped + failed in each round; medians of several rounds need not add up.',
    'frame: the complete frame has reached the vision process. Before that, sent to frame: FFmpeg knows that a frame is complete when the next one begins, so one frame period of the camera is in it.',
    'cpu: cores, 1 is one core without a pause; main, vision (Node with its sessions) and FFmpeg together in cpu per camera.',
    'limit: ffmpeg -f null on the same streams plus the bare session once for each inspected frame. It scales nothing, carries no picture to another process and writes nothing.',
    'rss: shared libraries counted in every process. Node runs from TypeScript sources here, which costs each Node process some 30 MiB that built files do not need.',
    'offered below sent: FFmpeg has no time for the stream and falls behind it; what it has not read waits in the connection, and sent to frame grows.',
    'No peer is in the table: none of those compared with runs this path in Node.',
  ];
}

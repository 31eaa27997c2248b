import type { PacketFigures } from '../../camera/index.ts';
import type { CameraConfig } from '../../config/index.ts';
import type { CameraProblem } from '../../domain/index.ts';
import { type CheckFinding, derived, found } from '../finding.ts';
import type { ServiceFacts } from './service-facts.ts';

type RunningCamera = ServiceFacts['cameras'][number];

const LAG_MS = 3_000;
/** Above this a picture comes late after each interruption; the health of cameras reports from its own limit on. */
const KEYFRAMES_MS = 4_500;

const PROBLEMS: Readonly<Record<CameraProblem, { readonly message: string; readonly advice: string }>> = {
  frozen: { message: 'its picture does not change', advice: 'restart the camera' },
  dark: { message: 'its picture is dark', advice: 'check the light, the cover and the exposure of the camera' },
  overexposed: { message: 'its picture is overexposed', advice: 'check the light and the exposure of the camera' },
  covered: { message: 'its view is covered', advice: 'clean the window, remove what stands before it' },
  blurred: { message: 'its picture is blurred', advice: 'clean the window and focus the camera' },
  moved: { message: 'its view has moved', advice: 'aim it again, or accept it: lineside camera accept ID' },
  low_rate: { message: 'it sends fewer frames than it should', advice: 'check its load, its light and the network' },
  low_bitrate: { message: 'it sends far fewer bits than at commissioning', advice: 'check encoder and network' },
  keyframe_interval: { message: 'its key frames are far apart', advice: 'set its key frame interval to 1 to 2 s' },
  clock_wrong: { message: 'its clock does not keep the time of its frames', advice: 'restart it, update its firmware' },
};

/** What the running service has measured of a camera that it reads. */
export function runningFindings(camera: CameraConfig, running: RunningCamera | undefined): readonly CheckFinding[] {
  if (running?.state !== 'streaming') return [];
  const { picture, stream, behindMs = 0 } = running;
  const subject = camera.id;
  const problems = [...(picture?.problems ?? []), ...(stream?.problems ?? [])].filter((problem) => problem in PROBLEMS);
  const interval = stream?.keyframeIntervalMs ?? 0;
  const known = problems.includes('keyframe_interval');
  return [
    ...problems.map((problem) => {
      const { message, advice } = PROBLEMS[problem];
      const meaning = 'what this camera shows is to be doubted';
      return derived(
        'camera',
        { code: `camera_${problem}`, message, advice },
        { subject, verdict: 'warning', meaning },
      );
    }),
    ...(interval > KEYFRAMES_MS && !known
      ? [found('camera_keyframes', `${(interval / 1000).toFixed(1)} s between two key frames`, { subject })]
      : []),
    ...(behindMs > LAG_MS
      ? [found('camera_lag', `its frames arrive ${(behindMs / 1000).toFixed(1)} s late`, { subject })]
      : []),
  ];
}

/** What the packets of a stream say that nobody watches. `readMs`: how much of it was asked for. */
export function packetFindings(
  subject: string,
  figures: PacketFigures | undefined,
  readMs: number,
): readonly CheckFinding[] {
  if (figures === undefined) return [];
  const { overMs, keyframeIntervalMs } = figures;
  // A stream that ended early says nothing of what would have come.
  if (keyframeIntervalMs === undefined && overMs < readMs * 0.8) return [];
  if (keyframeIntervalMs === undefined) {
    return [found('camera_keyframes', `no second key frame within ${(overMs / 1000).toFixed(1)} s`, { subject })];
  }
  if (keyframeIntervalMs <= KEYFRAMES_MS) return [];
  return [found('camera_keyframes', `${(keyframeIntervalMs / 1000).toFixed(1)} s between two key frames`, { subject })];
}

/** Codes that come of the problems of pictures and streams, with their advice. */
export const PROBLEM_ADVICE: readonly (readonly [code: string, advice: string])[] = Object.entries(PROBLEMS).map(
  ([problem, { advice }]) => [`camera_${problem}`, advice],
);

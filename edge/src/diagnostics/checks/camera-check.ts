import { type Clock, ProgramError, type SecretResolver } from '@lineside/kit';
import {
  type FfmpegCapabilities,
  type GstreamerCapabilities,
  hasHardwareDecoders,
  measurePackets,
  probeCamera,
  probePatienceMs,
  type SourceProbe,
  StreamError,
} from '../../camera/index.ts';
import type { CameraConfig } from '../../config/index.ts';
import type { Check } from '../check.ts';
import { type CheckFinding, derived, found, ok, skipped } from '../finding.ts';
import { decoderOf } from './camera-decoder.ts';
import { packetFindings, runningFindings } from './camera-figures.ts';
import type { ServiceFacts } from './service-facts.ts';

/** For the end of FFmpeg, and for asking a camera why it refused a log-in. */
const LOGIN_MS = 10_000;
/** How much of a stream is read for its key frames where no service has watched it. */
const PACKETS_MS = 6_000;
/** Wider than this costs decoding time that no model sees: each scales a frame to its own input. */
const LARGE = 1920;

export interface CameraTools {
  readonly secrets: SecretResolver;
  readonly capabilities: () => FfmpegCapabilities | undefined;
  /** Undefined where it is not installed, or no camera may use it. */
  readonly gstreamer: () => GstreamerCapabilities | undefined;
  /** What a running service says of its cameras; undefined where none runs. */
  readonly service: () => ServiceFacts | undefined;
  readonly clock: Clock;
}

/** One camera: opens it and decodes a frame of its stream; and what a running service has measured of it. */
export function cameraCheck(
  camera: CameraConfig,
  { secrets, capabilities, gstreamer, service, clock }: CameraTools,
): Check {
  const subject = camera.id;
  return {
    name: 'camera',
    subject,
    deadlineMs: probePatienceMs(camera.fps) + LOGIN_MS + 5 * PACKETS_MS,
    run: async (signal) => {
      const ffmpeg = capabilities();
      if (ffmpeg === undefined) return [skipped('camera', 'there is no FFmpeg to open it with', subject)];
      if (secrets.missing(camera.url).length > 0) {
        return [skipped('camera', 'its URL needs a secret that is missing', subject)];
      }
      const seen = service()?.cameras.find(({ id }) => id === camera.id);
      const running = runningFindings(camera, seen);
      try {
        const { transport, fps } = camera;
        const tools = { capabilities: ffmpeg, clock };
        const url = secrets.url(camera.url);
        const probe = await probeCamera({ url, transport, fps }, tools, signal);
        const unwatched =
          seen?.state === 'streaming' || !isNetwork(camera) ? [] : await packets(camera, secrets, ffmpeg, signal);
        const facts = { url, codec: probe.codec, ffmpeg, gstreamer: gstreamer(), running: seen };
        const decoder = decoderOf(camera, facts);
        const first = ok('camera', `${textOf(probe)}; decoded by ${decoder.name}, ${decoder.reason}`, subject);
        return [first, ...doubts(camera, probe, ffmpeg), ...running, ...unwatched];
      } catch (error) {
        if (!(error instanceof StreamError)) throw error;
        const { code, advice } = error;
        const message = `${camera.url.shown}: ${error.message}`;
        return [derived('camera', { code: `camera_${code}`, message, advice }, { subject }), ...running];
      }
    },
  };
}

function isNetwork({ url }: CameraConfig): boolean {
  return /^[a-z]+:\/\//i.test(url.shown) && !url.shown.startsWith('file:');
}

/** Key frames of a stream that no service watches. A camera that cannot be asked twice in a row is no fault of the line. */
async function packets(
  camera: CameraConfig,
  secrets: SecretResolver,
  capabilities: FfmpegCapabilities,
  signal: AbortSignal,
): Promise<readonly CheckFinding[]> {
  const { transport } = camera;
  const asked = { url: secrets.url(camera.url), transport, capabilities, durationMs: PACKETS_MS };
  try {
    return packetFindings(camera.id, await measurePackets(asked, signal), PACKETS_MS);
  } catch (error) {
    if (error instanceof ProgramError) return [];
    throw error;
  }
}

function textOf(probe: SourceProbe): string {
  const rate = probe.fps === undefined ? '' : `, ${Number(probe.fps.toFixed(1))} fps`;
  return `${probe.codec} ${probe.width}x${probe.height}${rate}`;
}

/** What is not as it should be of a stream that can be read. */
function doubts(camera: CameraConfig, probe: SourceProbe, ffmpeg: FfmpegCapabilities): readonly CheckFinding[] {
  const { id: subject, fps } = camera;
  const findings: CheckFinding[] = [];
  if (probe.fps !== undefined && probe.fps < fps * 0.9) {
    const advice = `raise the frame rate in the camera, or set fps: ${Math.max(0.1, Math.floor(probe.fps))}`;
    const text = `sends ${probe.fps.toFixed(1)} fps, the configuration expects ${fps}`;
    findings.push(found('camera_rate', text, { subject, advice }));
  }
  if (probe.codec === 'hevc' && !hasHardwareDecoders(ffmpeg)) {
    findings.push(found('camera_codec_costly', 'sends H.265, and this machine decodes it by its CPU', { subject }));
  }
  const isTiled = camera.models.some(({ tiles, region }) => tiles !== undefined || region !== undefined);
  if (isNetwork(camera) && probe.width > LARGE && !isTiled) {
    findings.push(found('camera_large', `${probe.width}x${probe.height} for models with a small input`, { subject }));
  }
  return findings;
}

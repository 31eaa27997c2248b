import { chooseDecoder, type FfmpegCapabilities, probeCamera, probePatienceMs, StreamError } from '../camera/index.ts';
import type { CameraConfig } from '../config/index.ts';
import type { Clock, SecretResolver } from '@lineside/kit';
import { type Check, type CheckFinding, ok, trouble } from './check.ts';

/** For the end of FFmpeg, and for asking a camera why it refused a log-in. */
const LOGIN_MS = 10_000;

/** One camera: opens it and decodes a frame of its stream. Undefined `capabilities`: there is no FFmpeg to open it with. */
export function cameraCheck(
  camera: CameraConfig,
  secrets: SecretResolver,
  capabilities: () => FfmpegCapabilities | undefined,
  clock: Clock,
): Check {
  const subject = camera.id;
  return {
    name: 'camera',
    subject,
    deadlineMs: probePatienceMs(camera.fps) + LOGIN_MS,
    run: async (signal) => {
      const ffmpeg = capabilities();
      if (ffmpeg === undefined) return [skipped(subject, 'there is no FFmpeg to open it with')];
      if (secrets.missing(camera.url).length > 0) return [skipped(subject, 'its URL needs a secret that is missing')];
      try {
        const { transport, fps } = camera;
        const tools = { capabilities: ffmpeg, clock };
        const probe = await probeCamera({ url: secrets.url(camera.url), transport, fps }, tools, signal);
        const rate = probe.fps === undefined ? '' : `, ${Number(probe.fps.toFixed(1))} fps`;
        const decoder = chooseDecoder({
          ...{ wish: camera.decoder, codec: probe.codec, ffmpeg, gstreamer: undefined, suitsGstreamer: false },
          failed: new Set(),
        });
        const decoded = camera.decoder === 'gstreamer' ? 'by GStreamer' : `by ${decoder.name}, ${decoder.reason}`;
        const size = `${probe.width}x${probe.height}`;
        const found = ok('camera', `${probe.codec} ${size}${rate}; decoded ${decoded}`, subject);
        return [found, ...tooSlow(camera, probe.fps)];
      } catch (error) {
        if (!(error instanceof StreamError)) throw error;
        return [
          trouble('failure', {
            code: `camera_${error.code}`,
            subject,
            message: `${camera.url.shown}: ${error.message}`,
            meaning: 'nothing in view of this camera is inspected',
            advice: error.advice,
          }),
        ];
      }
    },
  };
}

function tooSlow(camera: CameraConfig, fps: number | undefined): readonly CheckFinding[] {
  if (fps === undefined || fps >= camera.fps * 0.9) return [];
  return [
    trouble('warning', {
      code: 'camera_rate',
      subject: camera.id,
      message: `sends ${fps.toFixed(1)} fps, the configuration expects ${camera.fps}`,
      meaning: 'fewer frames are inspected than configured',
      advice: `raise the frame rate in the camera, or set fps: ${Math.max(0.1, Math.floor(fps))}`,
    }),
  ];
}

function skipped(subject: string, message: string): CheckFinding {
  const meaning = 'whether it can be read is not known';
  return trouble('skipped', {
    code: 'camera_skipped',
    subject,
    message,
    meaning,
    advice: 'clear the failure above first',
  });
}

import {
  chooseDecoder,
  type DecoderChoice,
  type FfmpegCapabilities,
  type GstreamerCapabilities,
  suitsGstreamer,
} from '../../camera/index.ts';
import type { CameraConfig } from '../../config/index.ts';
import { isWithoutPrivacy } from '../../privacy/index.ts';
import type { ServiceFacts } from './service-facts.ts';

export interface DecodingFacts {
  /** With its secrets. */
  readonly url: string;
  /** As FFmpeg names it. */
  readonly codec: string;
  readonly ffmpeg: FfmpegCapabilities;
  /** Undefined where it is not installed, or no camera may use it. */
  readonly gstreamer: GstreamerCapabilities | undefined;
  /** What a running service says of this camera. */
  readonly running: ServiceFacts['cameras'][number] | undefined;
}

/** What decodes a camera: what a running service uses, and else what it would choose. */
export function decoderOf(
  camera: Pick<CameraConfig, 'decoder' | 'decode' | 'clips' | 'privacy'>,
  { url, codec, ffmpeg, gstreamer, running }: DecodingFacts,
): Pick<DecoderChoice, 'name' | 'reason'> {
  if (running?.state === 'streaming' && running.decoder !== undefined) return running.decoder;
  const { privacy } = camera;
  // The stream of a camera with privacy is never kept as it comes.
  const isCovered = privacy !== undefined && !isWithoutPrivacy({ ...privacy, holdMs: privacy.hold.ms });
  return chooseDecoder({
    ...{ wish: camera.decoder, keyFramesOnly: camera.decode === 'key_frames', codec, ffmpeg, gstreamer },
    suitsGstreamer: suitsGstreamer(url, { keepsVideo: camera.clips !== undefined && !isCovered }),
    failed: new Set(),
  });
}

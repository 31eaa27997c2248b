import { type FfmpegCapabilities, hardwareDecoders } from './capabilities.ts';
import type { GstreamerCapabilities } from './gstreamer.ts';

/** What a camera's configuration asks for. */
export type DecoderWish = 'auto' | 'software' | 'gstreamer';

/** What decodes the stream of a camera, and why it does. */
export interface DecoderChoice {
  readonly by: 'ffmpeg' | 'gstreamer';
  /** As FFmpeg or GStreamer names it; `software` is FFmpeg's own. */
  readonly name: string;
  readonly reason: string;
}

export interface DecoderRequest {
  readonly wish: DecoderWish;
  /** Hardware decodes every frame that it is given; software leaves out what is no key frame. */
  readonly keyFramesOnly?: boolean | undefined;
  /** As FFmpeg names it; undefined where it is not known before the start. */
  readonly codec: string | undefined;
  readonly ffmpeg: FfmpegCapabilities;
  readonly gstreamer: GstreamerCapabilities | undefined;
  /** GStreamer reads only such a source, and cannot keep the undecoded stream for clips. */
  readonly suitsGstreamer: boolean;
  /** Decoders that gave no picture of this camera. */
  readonly failed: ReadonlySet<string>;
}

/** Whether GStreamer is asked what it can decode: where a camera wants it, or on a Tegra, whose decoder it reaches in any case. */
export function mayUseGstreamer(wish: DecoderWish, tegra: boolean): boolean {
  return wish === 'gstreamer' || (wish !== 'software' && tegra);
}

/** Whether GStreamer can read a source that is live: RTSP alone, and only where no video of it is kept for clips. */
export function suitsGstreamer(url: string, { keepsVideo }: { readonly keepsVideo: boolean }): boolean {
  return !keepsVideo && /^rtsps?:/i.test(url);
}

/** Chooses the best decoder that has not failed: FFmpeg's with hardware, GStreamer's with hardware, software. Pure. */
export function chooseDecoder(request: DecoderRequest): DecoderChoice {
  const { wish, codec, ffmpeg, gstreamer, suitsGstreamer, failed } = request;
  const software = (reason: string): DecoderChoice => ({ by: 'ffmpeg', name: 'software', reason });
  if (request.keyFramesOnly === true) return software('only key frames are decoded, as configured');
  if (wish === 'software') return software('asked for in the configuration');
  const own = codec === undefined ? undefined : gstreamer?.decoders[codec];
  if (wish === 'gstreamer') {
    if (gstreamer === undefined) return software('GStreamer is not installed');
    if (!suitsGstreamer) return software('GStreamer reads RTSP alone here, and keeps no video for clips');
    if (own === undefined) return software(`GStreamer has no decoder for ${codec ?? 'this stream'}`);
    if (failed.has(own)) return software(`${own} of GStreamer gave no picture of this camera`);
    return { by: 'gstreamer', name: own, reason: 'asked for in the configuration' };
  }
  if (codec === undefined) return software('no hardware decoder on this device');
  const hardware = hardwareDecoders(ffmpeg, codec);
  const best = hardware.find((name) => !failed.has(name));
  const lost = hardware.filter((name) => failed.has(name));
  if (own !== undefined && gstreamer?.hardware.has(own) === true && failed.has(own)) lost.push(own);
  const after = lost.length === 0 ? '' : `; ${lost.join(' and ')} gave no picture of this camera`;
  if (best !== undefined) return { by: 'ffmpeg', name: best, reason: `hardware decoder of FFmpeg${after}` };
  if (own !== undefined && gstreamer?.hardware.has(own) === true && suitsGstreamer && !failed.has(own)) {
    return {
      by: 'gstreamer',
      name: own,
      reason: `hardware decoder of GStreamer; FFmpeg has none for ${codec}${after}`,
    };
  }
  return software(after === '' ? `no hardware decoder for ${codec}` : after.slice(2));
}

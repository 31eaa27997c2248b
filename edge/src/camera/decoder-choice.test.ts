import { describe, expect, it } from 'vitest';
import { readCapabilities } from './capabilities.ts';
import { chooseDecoder, type DecoderRequest } from './decoder-choice.ts';

const ffmpeg = (...names: string[]): DecoderRequest['ffmpeg'] => ({
  ...readCapabilities('ffmpeg', 'ffmpeg version 6.1', '', ''),
  decoders: new Set(['h264', 'hevc', ...names]),
});
const SOFT = { version: '1.22.0', decoders: { h264: 'avdec_h264' }, hardware: new Set<string>() };
const HARD = { version: '1.20.3', decoders: { h264: 'nvv4l2decoder' }, hardware: new Set(['nvv4l2decoder']) };
const choose = (request: Partial<DecoderRequest>): string => {
  const { by, name } = chooseDecoder({
    ...{ wish: 'auto', codec: 'h264', ffmpeg: ffmpeg(), gstreamer: undefined, suitsGstreamer: true, failed: new Set() },
    ...request,
  });
  return `${by} ${name}`;
};

describe('the decoder of a camera', () => {
  it('is the best hardware decoder of FFmpeg, then of GStreamer, then software', () => {
    const both = { ffmpeg: ffmpeg('h264_v4l2m2m', 'h264_nvmpi', 'h264_nvv4l2dec'), gstreamer: HARD };
    const failed = new Set<string>();
    const steps: string[] = [];
    for (;;) {
      const step = choose({ ...both, failed });
      steps.push(step);
      if (step.endsWith('software')) break;
      failed.add(step.split(' ')[1]!);
    }
    expect(steps).toEqual([
      ...['ffmpeg h264_nvv4l2dec', 'ffmpeg h264_nvmpi', 'ffmpeg h264_v4l2m2m', 'gstreamer nvv4l2decoder'],
      'ffmpeg software',
    ]);
  });

  it('is that of GStreamer only where the source can be read by it, or hardware is gained', () => {
    expect(choose({ gstreamer: SOFT })).toBe('ffmpeg software');
    expect(choose({ gstreamer: HARD, suitsGstreamer: false })).toBe('ffmpeg software');
    expect(choose({ gstreamer: SOFT, wish: 'gstreamer' })).toBe('gstreamer avdec_h264');
    expect(choose({ gstreamer: SOFT, wish: 'gstreamer', codec: 'mjpeg' })).toBe('ffmpeg software');
  });

  it('is software where that is asked for, and comes with a reason always', () => {
    expect(choose({ ffmpeg: ffmpeg('h264_nvmpi'), wish: 'software' })).toBe('ffmpeg software');
    for (const wish of ['auto', 'software', 'gstreamer'] as const) {
      for (const codec of [undefined, 'h264', 'av1']) {
        const request = { wish, codec, ffmpeg: ffmpeg(), gstreamer: HARD, suitsGstreamer: false };
        expect(chooseDecoder({ ...request, failed: new Set() }).reason).not.toBe('');
      }
    }
  });
});

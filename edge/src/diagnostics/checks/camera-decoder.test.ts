import { describe, expect, it } from 'vitest';
import { readCapabilities } from '../../camera/capabilities.ts';
import type { GstreamerCapabilities } from '../../camera/index.ts';
import { checkConfig, type CameraConfig } from '../../config/index.ts';
import { decoderOf, type DecodingFacts } from './camera-decoder.ts';

const URL = 'rtsp://10.0.0.21/stream1';
const JETSON: GstreamerCapabilities = {
  ...{ version: '1.20.3', decoders: { h264: 'nvv4l2decoder' } },
  hardware: new Set(['nvv4l2decoder']),
};
const FACTS: DecodingFacts = {
  ...{ url: URL, codec: 'h264', gstreamer: JETSON, running: undefined },
  ffmpeg: readCapabilities('ffmpeg', 'ffmpeg version 6.1', '', ''),
};

function camera(more: object = {}): CameraConfig {
  const config = {
    device: 'line-1',
    cameras: [{ id: 'one', url: URL, models: ['m'], ...more }],
    models: [{ id: 'm', ref: './m' }],
  };
  const loaded = checkConfig(JSON.stringify(config), { catalog: [], env: {}, path: '/etc/lineside/lineside.yaml' });
  return loaded.config.cameras[0]!;
}

describe("the doctor's answer to what decodes a camera", () => {
  it('is the hardware decoder of GStreamer where FFmpeg has none', () => {
    expect(decoderOf(camera(), FACTS)).toMatchObject({ name: 'nvv4l2decoder' });
    expect(decoderOf(camera(), { ...FACTS, gstreamer: undefined })).toMatchObject({ name: 'software' });
    expect(decoderOf(camera({ decoder: 'software' }), FACTS)).toMatchObject({ name: 'software' });
  });

  it('is software where only key frames are decoded', () => {
    const { name, reason } = decoderOf(camera({ decode: 'key_frames' }), FACTS);
    expect([name, reason]).toEqual(['software', 'only key frames are decoded, as configured']);
  });

  it('is software where GStreamer was asked for and cannot be used, with the reason', () => {
    const asked = camera({ decoder: 'gstreamer' });
    expect(decoderOf(asked, { ...FACTS, gstreamer: undefined }).reason).toBe('GStreamer is not installed');
    expect(decoderOf(asked, { ...FACTS, url: 'http://10.0.0.21/video' }).reason).toMatch(/reads RTSP alone/);
    expect(decoderOf(asked, { ...FACTS, codec: 'mjpeg' }).reason).toBe('GStreamer has no decoder for mjpeg');
  });

  it('is not that of GStreamer where video is kept for clips, unless privacy forbids to keep it', () => {
    const clips = { clips: { before: '4s' } };
    const masks = [
      [
        [0, 0],
        [0.1, 0],
        [0.1, 0.1],
      ],
    ];
    expect(decoderOf(camera(clips), FACTS)).toMatchObject({ name: 'software' });
    expect(decoderOf(camera({ ...clips, privacy: { masks } }), FACTS)).toMatchObject({ name: 'nvv4l2decoder' });
  });

  it('is what a running service uses, which may have given up the best one', () => {
    const decoder = { name: 'software', reason: 'nvv4l2decoder gave no picture of this camera' };
    const running = { id: 'one', state: 'streaming', decoder } as const;
    expect(decoderOf(camera(), { ...FACTS, running })).toEqual(decoder);
    expect(decoderOf(camera(), { ...FACTS, running: { ...running, state: 'failed' } }).name).toBe('nvv4l2decoder');
  });
});

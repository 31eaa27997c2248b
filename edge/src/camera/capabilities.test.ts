import { describe, expect, it } from 'vitest';
import { hardwareDecoders, hasHardwareDecoders, probeFfmpeg, readCapabilities } from './capabilities.ts';

const DECODERS = ` V..... = Video
 ------
 VFS..D h264                 H.264
 V..... h264_nvv4l2dec       NVIDIA H.264
 A....D aac                  AAC`;

describe('what FFmpeg can do', () => {
  it('is read from its own words', () => {
    const jetson = readCapabilities(
      'ffmpeg',
      'ffmpeg version 4.4.2-0ubuntu\n  libavutil      56. 70.100 / 56\n  libavformat    58. 76.100 / 58',
      DECODERS,
      'Filter showinfo\n  Show textual information for each video frame.\n    Inputs:\n       #0: default (video)',
    );
    expect(jetson).toMatchObject({
      version: '4.4.2-0ubuntu',
      timeoutOption: '-stimeout',
      passthrough: ['-vsync', '0'],
      timesFilter: 'showinfo',
    });
    expect([...jetson.decoders]).toEqual(['h264', 'h264_nvv4l2dec']);
    expect(hardwareDecoders(jetson, 'h264')).toEqual(['h264_nvv4l2dec']);
    expect(hardwareDecoders(jetson, 'hevc')).toEqual([]);
    expect(hasHardwareDecoders(jetson)).toBe(true);
  });

  it('is asked of the FFmpeg on this machine', async () => {
    const here = await probeFfmpeg();
    expect(here.decoders.has('h264')).toBe(true);
    expect(here.timesFilter).toBe('showinfo=checksum=0');
  });

  it('omits the times of frames where this FFmpeg has no filter that reports them', () => {
    const bare = readCapabilities('ffmpeg', 'ffmpeg version 6.0', DECODERS, "Unknown filter 'showinfo'.");
    expect(bare.timesFilter).toBeUndefined();
  });

  it('reports that FFmpeg is missing', async () => {
    await expect(probeFfmpeg('/nowhere/ffmpeg')).rejects.toMatchObject({ code: 'ffmpeg_missing' });
  });
});

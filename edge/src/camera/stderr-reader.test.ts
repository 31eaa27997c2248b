import { describe, expect, it } from 'vitest';
import { StderrReader } from './stderr-reader.ts';

const SCALER = (source: string, name = 'square', out = source): string =>
  `[scale@${name} @ 0x55] [verbose] w:${source.replace('x', ' h:')} fmt:yuv420p sar:1/1 -> w:${out.replace('x', ' h:')} fmt:rgb24 sar:1/1 flags:0x2\n`;

describe("FFmpeg's stderr", () => {
  it('is read across chunks, and keeps only the last hundred lines', () => {
    const reader = new StderrReader();
    reader.push('[error] fi');
    reader.push('rst\r\n');
    for (let n = 0; n < 120; n++) reader.push(`[info] line ${n}\n`);
    expect(reader.lines).toHaveLength(100);
    expect(reader.lines.at(-1)).toBe('[info] line 119');
  });

  it('keeps no credentials', () => {
    const reader = new StderrReader();
    reader.push('[error] rtsp://admin:s3cret@10.0.0.9/1: Connection refused\n');
    expect(reader.lines.join()).not.toMatch(/s3cret|admin/);
  });

  it('reads codec, rate and sizes', () => {
    const reader = new StderrReader();
    reader.push('[info]   Stream #0:0: Video: h264 (High), yuv420p(tv), 1920x1080, 25 fps, 25 tbr, 90k tbn\n');
    reader.push(SCALER('1920x1080') + SCALER('1920x1080', 'picture', '960x540'));
    const sizes = { source: { width: 1920, height: 1080 }, picture: { width: 960, height: 540 } };
    expect(reader.facts).toEqual({ codec: 'h264', fps: 25, matrix: 'bt601', ...sizes, sizeChanged: false });
  });

  it('takes the size that the picture has with square pixels, and notices that their shape changes', () => {
    const reader = new StderrReader();
    reader.push(SCALER('704x576', 'square', '1024x576').replace('sar:1/1 ->', 'sar:16/11 ->'));
    reader.push(SCALER('704x576', 'square', '1024x576').replace('sar:1/1 ->', 'sar:16/11 ->'));
    expect(reader.facts).toEqual({ source: { width: 1024, height: 576 }, sizeChanged: false });
    reader.push(SCALER('704x576', 'square', '1024x576').replace('sar:1/1 ->', 'sar:12/11 ->'));
    expect(reader.facts.sizeChanged).toBe(true);
  });

  it('counts the frames with their times itself, as FFmpeg begins anew with new filters', () => {
    const times: (number | undefined)[][] = [];
    const reader = new StderrReader({ onFrameTime: (...time) => times.push(time) });
    const info = (n: number, time: string): string =>
      `[Parsed_showinfo_1 @ 0x55] [info] n: ${n} pts: 1 pts_time:${time} pos: 0 fmt:yuv420p\n`;
    reader.push(info(0, '0.2') + info(1, 'NOPTS') + info(0, '0.4') + info(1, '-1.02481911520608614e+14'));
    expect(times).toEqual([
      ...[
        [0, 0.2],
        [1, undefined],
        [2, 0.4],
        [3, undefined],
      ],
    ]);
  });

  it('notices that the source changed its size', () => {
    const reader = new StderrReader();
    reader.push(SCALER('1280x720'));
    reader.push(SCALER('1280x720', 'picture'));
    expect(reader.facts.sizeChanged).toBe(false);
    reader.push(SCALER('640x360'));
    expect(reader.facts).toMatchObject({ sizeChanged: true, source: { width: 1280, height: 720 } });
  });
});

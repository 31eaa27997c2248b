import { describe, expect, it } from 'vitest';
import { causeOf, classifyStderr } from './classify.ts';

describe('what FFmpeg wrote before it ended', () => {
  it.each([
    ['auth', '[rtsp @ 0x55] [error] method DESCRIBE failed: 401 Unauthorized'],
    ['auth', '[error] http://***@cam/: Server returned 403 Forbidden (access denied)'],
    ['not_found', '[rtsp @ 0x55] [error] method DESCRIBE failed: 404 Not Found'],
    ['not_found', '[error] file:/videos/none.mp4: No such file or directory'],
    ['refused', '[tcp @ 0x55] [error] Connection to tcp://127.0.0.1:9?timeout=5000000 failed: Connection refused'],
    ['unknown_host', '[tcp @ 0x55] [error] Failed to resolve hostname cam.invalid: Name or service not known'],
    ['unreachable', '[error] rtsp://10.0.0.9/1: No route to host'],
    ['timed_out', '[error] rtsp://10.0.0.9/1: Connection timed out'],
    ['tls', '[tls @ 0x55] [error] The certificate is not correct'],
    ['codec', '[error] Decoder (codec av1) not found for input stream #0:0'],
    ['not_video', '[error] file:/list.mp4: Invalid data found when processing input'],
    ['not_video', "[fatal] Stream specifier ':v:0' in filtergraph description [0:v:0]scale matches no streams."],
    ['no_access', '[video4linux2,v4l2 @ 0x55] [error] Cannot open video device /dev/video0: Permission denied'],
    ['not_found', '[video4linux2,v4l2 @ 0x55] [error] Cannot open video device /dev/video9: No such file or directory'],
    ['busy', '[error] /dev/video0: Device or resource busy'],
    ['not_video', '[video4linux2,v4l2 @ 0x55] [error] Not a video capture device.'],
    ['disk', '[error] av_interleaved_write_frame(): No space left on device'],
  ])('means %s: %s', (code, line) => {
    expect(classifyStderr(['[info] Input #0', line])?.code).toBe(code);
  });

  it('names the cause before its consequence', () => {
    const lines = [
      '[tcp @ 0x5] [error] Connection to tcp://h:1 failed: Connection refused',
      '[error] x: Input/output error',
    ];
    expect(classifyStderr(lines)?.code).toBe('refused');
  });

  it('distinguishes an RTSP server that never answers from one that answers with invalid data', () => {
    const lines = ['[error] rtsp://10.0.0.9/1: Invalid data found when processing input'];
    expect(causeOf(lines, { url: 'rtsp://10.0.0.9/1', transport: 'tcp', waitedMs: 5_100 })?.code).toBe('timed_out');
    expect(causeOf(lines, { url: 'rtsp://10.0.0.9/1', transport: 'tcp', waitedMs: 40 })?.code).toBe('not_video');
    expect(causeOf(lines, { url: '/videos/list.mp4', transport: 'tcp', waitedMs: 5_100 })?.code).toBe('not_video');
  });

  it('takes nothing from lines that only describe the stream', () => {
    expect(
      classifyStderr(['[info]   title : 404 not found (401)', '[verbose] connection refused earlier']),
    ).toBeUndefined();
  });
});

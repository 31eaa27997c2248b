import { describe, expect, it } from 'vitest';
import { cameraUrlProblem, type PlaybackRequest, sourceOf } from './index.ts';

const request = (url: string): PlaybackRequest => ({
  ...{ url, transport: 'udp', timeoutOption: '-timeout', timeoutMs: 5_000, paced: true, loop: true },
});
const inputOf = (url: string): readonly string[] => sourceOf(url).inputArguments(request(url));

describe('the source of a camera URL', () => {
  it.each([
    ['rtsp://camera/1', '-i rtsp://camera/1'],
    ['RTSPS://camera/1', '-i RTSPS://camera/1'],
    ['https://camera/video.mjpg', '-i https://camera/video.mjpg'],
    ['file:///videos/a%20b.mp4', '-re -stream_loop -1 -i file:/videos/a b.mp4'],
    ['/videos/a:b.mp4', '-re -stream_loop -1 -i file:/videos/a:b.mp4'],
    ['-dash.mp4', '-re -stream_loop -1 -i file:-dash.mp4'],
    ['lavfi:testsrc2=size=320x180', '-re -f lavfi -i testsrc2=size=320x180'],
  ])('of %s gives FFmpeg the input %s', (url, expected) => {
    expect(inputOf(url).join(' ')).toContain(expected);
  });

  it('has a time-out and the transport of the configuration when it is RTSP', () => {
    expect(inputOf('rtsp://camera/1').join(' ')).toContain('-rtsp_transport udp -timeout 5000000');
    expect(sourceOf('rtsp://camera/1').probeArguments(request('rtsp://camera/1'))).toEqual([
      ...['-rtsp_transport', 'udp', '-timeout', '5000000', 'rtsp://camera/1'],
    ]);
  });

  it('is live only when the frames come at the pace of the camera', () => {
    expect(['rtsp://c/1', 'http://c/1', '/a.mp4', 'lavfi:x'].map((url) => sourceOf(url).isLive)).toEqual([
      ...[true, false, false, false],
    ]);
  });
});

describe('a problem of a camera URL', () => {
  it.each([
    'rtsp://camera/1',
    'rtsps://camera',
    'http://camera/',
    'file:///a.mp4',
    '/a.mp4',
    './a.mp4',
    'lavfi:nullsrc',
  ])('is not reported for %s', (url) => {
    expect(cameraUrlProblem(url)).toBeUndefined();
  });

  it.each([
    ['camera', 'is not a URL'],
    ['rtsp://', 'names no host'],
    ['rtsp:///stream', 'names no host'],
    ['rtmp://camera/1', 'has the scheme rtmp:, known are rtsp, rtsps, http, https, file, lavfi'],
  ])('of %s is that it %s', (url, problem) => {
    expect(cameraUrlProblem(url)).toBe(problem);
  });
});

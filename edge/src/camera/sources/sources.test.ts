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
    ['v4l2:/dev/video0', '-f v4l2 -i /dev/video0'],
    ['/dev/video2', '-f v4l2 -i /dev/video2'],
    [
      'v4l2:/dev/v4l/by-id/usb-cam-index0?format=mjpeg&size=1280x720&rate=25',
      '-f v4l2 -input_format mjpeg -video_size 1280x720 -framerate 25 -i /dev/v4l/by-id/usb-cam-index0',
    ],
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
    const urls = ['rtsp://c/1', 'http://c/1', '/a.mp4', 'lavfi:x', '/dev/video0'];
    expect(urls.map((url) => sourceOf(url).isLive)).toEqual([true, false, false, false, true]);
  });

  it('has a stream that can be kept for clips where a camera encodes its pictures itself', () => {
    const urls = ['/dev/video0', 'v4l2:/dev/video0?format=nv12', 'v4l2:/dev/video0?format=mjpeg', 'lavfi:x', '/a.mp4'];
    expect(urls.map((url) => sourceOf(url).hasStream(url))).toEqual([false, false, true, false, true]);
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
    '/dev/video0',
    'v4l2:/dev/video0?size=640x480',
  ])('is not reported for %s', (url) => {
    expect(cameraUrlProblem(url)).toBeUndefined();
  });

  it.each([
    ['camera', 'is not a URL'],
    ['rtsp://', 'names no host'],
    ['rtsp:///stream', 'names no host'],
    ['rtmp://camera/1', 'has the scheme rtmp:, known are rtsp, rtsps, http, https, v4l2, file, lavfi'],
    ['v4l2:video0', 'names no device; write v4l2:/dev/video0'],
    ['v4l2:/dev/video0?gain=3', 'has the option gain, known are format, size, rate'],
    ['/dev/video0?size=large', 'has a size that is none; write for example size=1280x720'],
  ])('of %s is that it %s', (url, problem) => {
    expect(cameraUrlProblem(url)).toBe(problem);
  });
});

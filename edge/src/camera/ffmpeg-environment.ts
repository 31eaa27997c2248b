import process from 'node:process';

/**
 * The environment of FFmpeg and ffprobe: that of this process. A proxy for HTTP must not be asked for the loopback, from
 * where the address of the camera comes.
 */
export function ffmpegEnvironment(own: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const direct = own['no_proxy'];
  return { ...own, no_proxy: direct === undefined || direct === '' ? '127.0.0.1' : `${direct},127.0.0.1` };
}

import { setTimeout as sleep } from 'node:timers/promises';
import { SupervisedProcess } from '@lineside/kit';
import { CpuStretch } from './proc.ts';

const IN_STEP_MS = 1_500;

/** Cores that `ffmpeg -f null` keeps busy with all of `urls` together: the same decoder and thread, nothing behind it. */
export async function decodeOnlyCores(urls: readonly string[], seconds: number, signal: AbortSignal): Promise<number> {
  const children = urls.map((url) => {
    const args = ['-nostdin', '-loglevel', 'error', '-threads', '1', '-rtsp_transport', 'tcp'];
    args.push('-allowed_media_types', 'video', '-probesize', '500000', '-analyzeduration', '500000');
    return new SupervisedProcess({
      command: 'ffmpeg',
      args: [...args, '-i', url, '-f', 'null', '-'],
      ...{ group: 'parent', stderr: 'stderr' },
    });
  });
  try {
    await sleep(IN_STEP_MS, undefined, { signal });
    const pids = children.flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
    const stretch = new CpuStretch({ ffmpeg: pids });
    await sleep(seconds * 1000, undefined, { signal });
    return stretch.cores('ffmpeg');
  } finally {
    await Promise.all(children.map((child) => child.kill()));
  }
}

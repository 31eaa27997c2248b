import { describe, expect, it } from 'vitest';
import { gstRtspMissing, startGstRtsp } from './gst-rtsp.ts';
import { runProcess } from './processes.ts';
import { notAVideo, testVideo } from './video.ts';

const missing = await gstRtspMissing();
const CLIP = { fps: 25, seconds: 1, keyEvery: 5 };

async function pull(url: string, frames: number, transport: 'tcp' | 'udp') {
  const result = await runProcess('ffmpeg', [
    ...['-hide_banner', '-loglevel', 'warning', '-rtsp_transport', transport, '-timeout', '10000000', '-i', url],
    ...['-frames:v', `${frames}`, '-fps_mode', 'passthrough', '-copyts', '-f', 'framemd5', '-'],
  ]);
  const rows = result.stdout.split('\n').filter((line) => /^\d/.test(line));
  return {
    ...result,
    stamps: rows.map((row) => Number(row.split(',')[2])),
    hashes: rows.map((row) => row.split(',')[5]),
  };
}

describe.skipIf(missing !== undefined)(
  `gst-rtsp-server${missing === undefined ? '' : ` [skipped: ${missing}]`}`,
  () => {
    it('serves each file at its mount, over the end of the file, by TCP and UDP', async () => {
      await using server = await startGstRtsp({
        mounts: { one: await testVideo(CLIP), two: await testVideo({ ...CLIP, width: 160, height: 96 }) },
      });
      const [one, two] = await Promise.all([pull(server.url('one'), 60, 'tcp'), pull(server.url('two'), 40, 'udp')]);
      for (const { stamps, stderr } of [one, two]) {
        expect(stamps.length, stderr).toBeGreaterThanOrEqual(40);
        for (const [i, at] of stamps.slice(1).entries()) expect(at).toBeGreaterThan(stamps[i]!);
      }
      expect(new Set(one.hashes).size).toBe(25);
      expect(two.hashes.some((hash) => one.hashes.includes(hash))).toBe(false);
    });

    it('asks for the password', async () => {
      const mounts = { one: await testVideo(CLIP) };
      await using server = await startGstRtsp({ mounts, user: { name: 'admin', password: 'secret' } });
      expect((await pull(server.url('one', 'admin:secret'), 5, 'tcp')).hashes.length).toBe(5);
      expect((await pull(server.url('one', 'admin:wrong'), 5, 'tcp')).stderr).toMatch(/401/);
      expect((await pull(server.url('one'), 5, 'tcp')).stderr).toMatch(/401/);
    });

    it('reports what is wrong with a file', async () => {
      const file = await notAVideo();
      await expect(startGstRtsp({ mounts: { one: file } })).rejects.toThrow(/has no H\.264 track/);
    });
  },
);

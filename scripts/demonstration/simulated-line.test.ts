import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tempDir } from '../../tests/support/temp-dir.ts';
import { waitFor } from '../../tests/support/wait-for.ts';
import { unplugHint } from './cables.ts';
import { SimulatedLine } from './simulated-line.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Whether a camera answers a request within a second. */
function answers(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1_000, () => settle(false));
    socket.on('error', () => settle(false)).on('close', () => settle(false));
    socket.once('data', () => settle(true));
    socket.write(`OPTIONS ${url} RTSP/1.0\r\nCSeq: 1\r\n\r\n`);
  });
}

it('a camera of the demo can be pulled, plugged in, ended and comes again, and the others go on', async () => {
  await using dir = await tempDir('lineside-demo-');
  const lines: string[] = [];
  const line = new SimulatedLine({ root: ROOT, dataDir: dir.path, say: (text) => void lines.push(text) });
  try {
    const { people = '', floor = '' } = await line.startCameras();
    expect(unplugHint(line, true)).toContain('press 1 (product), 2 (people), 3 (floor), 4 (labels)');
    expect(line.toggleCable('people')).toBe(true);
    await waitFor('the camera to be silent', async () => !(await answers(people)));
    expect(await answers(floor)).toBe(true);
    expect(line.toggleCable('people')).toBe(false);
    await waitFor('the camera to answer', () => answers(people));

    process.kill(line.cameraPid('people') ?? 0, 'SIGKILL');
    await waitFor('the camera to be missed', async () => {
      await line.restoreCameras(0);
      return lines.some((text) => text.includes('camera people is gone'));
    });
    expect(line.fallen).toBeUndefined();
    await line.restoreCameras(60_000);
    expect(lines.at(-1)).toContain('camera people is back');
    expect(await waitFor('the same address to answer', () => answers(people))).toBe(true);
  } finally {
    await line.stop();
  }
});

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { configure } from '../support/appliance.ts';
import { runHere } from '../support/lineside.ts';
import { runProcess } from '../support/processes.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';
import { brightBlobDetector, writeTinyBundle } from '../support/tiny-onnx.ts';

const Said = z.union([
  z.object({ events: z.record(z.string(), z.number()) }),
  z.object({ small: z.array(z.object({ label: z.string(), medianPx: z.number(), tiles: z.number() })) }),
  z.object({ study: z.object({ rule: z.string(), proposed: z.number() }) }),
]);

/** A lamp that is lit for eight of ten seconds. */
const lamp = (colour: string): string =>
  `color=c=black:s=256x256:r=5:d=10,drawbox=x=64:y=64:w=64:h=64:c=${colour}:t=fill:enable='between(t,1,9)'`;

describe('lineside camera setup --video', () => {
  let dir: TempDir;
  let args: readonly string[];
  let config: string;

  beforeAll(async () => {
    dir = await tempDir();
    for (const [name, colour] of Object.entries({ grey: '0xb4b4b4', white: 'white' })) {
      const made = await runProcess('ffmpeg', [
        ...['-loglevel', 'error', '-f', 'lavfi', '-i', lamp(colour)],
        ...['-c:v', 'ffv1', dir.join(`${name}.mkv`)],
      ]);
      expect(made).toMatchObject({ code: 0, stderr: '' });
    }
    // It boxes 8 pixels of its input, which is as large as the frame.
    const model = brightBlobDetector({ size: 256, cell: 64, boxSize: 8, from: 64 });
    await writeTinyBundle(join(dir.path, 'bright'), model, { id: 'bright', size: 256, labels: ['defect'] });
    const camera = { id: 'lamp', url: 'rtsp://h/1', fps: 5, models: ['bright'] };
    const rule = { id: 'light', type: 'product_defect', camera: 'lamp', model: 'bright', labels: ['defect'] };
    config = await configure(dir.join('line.yaml'), {
      ...{ device: 'd', cameras: [camera], models: [{ id: 'bright', ref: './bright' }] },
      rules: [{ ...rule, minSightings: 2, minFraction: 0.2 }],
    });
    args = ['camera', 'setup', 'lamp', '--config', config, '--data', dir.path, '--video'];
  });
  afterAll(async () => {
    await dir[Symbol.asyncDispose]();
  });

  it('counts the events, names objects that are too small with the cost of the tiles, and proposes a threshold', async () => {
    const { code, stdout, stderr } = await runHere([...args, dir.join('grey.mkv')]);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/as the rules are, in 0\.2 min:\n {2}light: 1 event\n/);
    expect(stdout).toMatch(/small in the input of bright.*: defect 8 px \(4\d detections\)/);
    // Three tiles of 128 pixels that overlap by a fifth cover 256 pixels.
    expect(stdout).toMatch(/Try: tiles: \{size: 128\} at this model of the camera \(9 inferences for each frame\)/);
    expect(stdout).toMatch(/rule light, 0\.2 min of ordinary work\n[\s\S]*<- proposed/);
  });

  it('says the same as JSON, and --apply writes the threshold with which no event opens', async () => {
    const { code, stdout, stderr } = await runHere([...args, dir.join('grey.mkv'), '--apply', '--json']);
    expect(code, stderr).toBe(0);
    const said = stdout
      .trim()
      .split('\n')
      .flatMap((line) => Said.safeParse(JSON.parse(line)).data ?? []);
    expect(said).toMatchObject([
      { events: { light: 1 } },
      { small: [{ label: 'defect', medianPx: 8, tiles: 9 }] },
      { study: { rule: 'light' } },
    ]);
    const proposed = said.flatMap((one) => ('study' in one ? [one.study.proposed] : []))[0];
    expect(await readFile(config, 'utf8')).toMatch(new RegExp(`minScore"?: ${proposed}`));
    const again = await runHere([...args, dir.join('grey.mkv'), '--json']);
    expect(JSON.parse(again.stdout.split('\n')[0] ?? '')).toMatchObject({ events: { light: 0 } });
  });

  it('proposes nothing, and promises nothing, where every threshold opens an event', async () => {
    const { stdout } = await runHere([...args, dir.join('white.mkv')]);
    expect(stdout).toMatch(/no threshold keeps it silent: check zone, labels and model\.\n/);
    expect(stdout).not.toMatch(/<- proposed|an hour/);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { configure } from '../support/appliance.ts';
import { brightModel, brightRule } from '../support/blinking.ts';
import { runHere } from '../support/lineside.ts';
import { runProcess } from '../support/processes.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';

const Transition = z.object({ output: z.object({ phase: z.string(), track: z.number() }) });
const Change = z.object({ change: z.enum(['added', 'removed', 'changed']), event: z.object({ rule: z.string() }) });
const Summary = z.object({ summary: z.object({ added: z.number(), removed: z.number(), unchanged: z.number() }) });
const Detected = z.object({ detections: z.array(z.object({ track: z.number().optional() })) });

/** A lamp that is lit for two of six seconds. */
const LAMP = "color=c=black:s=256x256:r=5:d=6,drawbox=x=64:y=64:w=64:h=64:c=white:t=fill:enable='between(t,2,4)'";

describe('a recording of one lamp', () => {
  let dir: TempDir;
  let film: string;
  const configs: string[] = [];
  const lines = async (...args: readonly string[]): Promise<readonly unknown[]> => {
    const { code, stdout, stderr } = await runHere([...args, '--json']);
    expect(code, stderr).toBe(0);
    return stdout
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
  };

  beforeAll(async () => {
    dir = await tempDir();
    film = dir.join('lamp.mkv');
    const made = await runProcess('ffmpeg', ['-loglevel', 'error', '-f', 'lavfi', '-i', LAMP, '-c:v', 'ffv1', film]);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    const model = await brightModel(dir.path);
    for (const minDuration of ['200ms', '5s']) {
      const camera = { id: 'lamp', url: 'rtsp://h/1', fps: 5, models: ['bright'] };
      const rules = [{ ...brightRule('lamp'), minDuration }];
      const config = { device: 'd', cameras: [camera], models: [model], rules };
      configs.push(await configure(dir.join(`${minDuration}.yaml`), config));
    }
  });
  afterAll(async () => {
    await dir[Symbol.asyncDispose]();
  });

  it('is replayed with the id of the track in each transition', async () => {
    const replayed = await lines('replay', '--config', configs[0] ?? '', '--camera', `lamp=${film}`);
    const transitions = replayed.slice(0, -1).map((line) => Transition.parse(line).output);
    expect(transitions.map(({ phase }) => phase)).toEqual(expect.arrayContaining(['opened', 'closed']));
    expect(new Set(transitions.map(({ track }) => track)).size).toBe(1);
  });

  it('has an event that a rule with a longer time does not open, which a comparison shows as removed', async () => {
    const compare = ['--compare', configs[1] ?? '', '--camera', `lamp=${film}`];
    const compared = await lines('replay', '--config', configs[0] ?? '', ...compare);
    expect(Change.parse(compared[0])).toMatchObject({ change: 'removed', event: { rule: 'light-lamp' } });
    expect(Summary.parse(compared.at(-1)).summary).toEqual({ added: 0, removed: 1, unchanged: 0 });
  });

  it('is one object for detect, which numbers it', async () => {
    const detected = await lines('detect', '--model', dir.join('bright'), film);
    const tracks = detected.flatMap((line) => {
      const { data } = Detected.safeParse(line);
      return data?.detections.flatMap(({ track }) => track ?? []) ?? [];
    });
    expect(tracks.length).toBeGreaterThan(5);
    expect(new Set(tracks).size).toBe(1);
  });
});

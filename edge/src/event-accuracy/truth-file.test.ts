import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTruthFile, trueEvents } from './truth-file.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lineside-truth-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function fileOf(content: unknown): Promise<string> {
  const path = join(folder, 'truth.json');
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

describe('a truth file', () => {
  it('may be as short as a person writes it', async () => {
    const path = await fileOf({ incidents: [{ kind: 'sanitation', startSeconds: 12, endSeconds: 40 }] });
    const [event] = trueEvents(await readTruthFile(path), 'floor');
    expect(event).toMatchObject({ camera: 'floor', kind: 'sanitation', startMs: 12_000, endMs: 40_000 });
    expect(event).toMatchObject({ inspectableFromMs: 12_000, inspectableToMs: 40_000 });
    expect(event?.boxAt).toBeUndefined();
  });

  it('with frames says where the subject is, and from when on at least half of it is to be seen', async () => {
    const box = (x1: number, visible: number): object => ({
      label: 'spill',
      objectId: 'spill-1',
      x1,
      y1: 5,
      x2: 90,
      y2: 60,
      visible,
    });
    const other = { label: 'spill', objectId: 'spill-11', x1: 300, y1: 0, x2: 400, y2: 50, visible: 1 };
    const path = await fileOf({
      camera: 'floor',
      incidents: [{ kind: 'sanitation', label: 'spill', objectId: 'spill-1', startSeconds: 1, endSeconds: 3 }],
      frames: [
        { seconds: 1, boxes: [box(50, 0.2), other] },
        { seconds: 2, boxes: [box(20, 0.6), { ...box(10, 1), objectId: 'spill-1/edge' }, other] },
        { seconds: 3, boxes: [box(30, 0.3)] },
        { seconds: 9, boxes: [] },
      ],
    });
    const [event] = trueEvents(await readTruthFile(path), 'another');
    expect(event).toMatchObject({
      camera: 'floor',
      startMs: 1_000,
      endMs: 3_000,
      inspectableFromMs: 2_000,
      inspectableToMs: 2_000,
    });
    expect(event?.boxAt?.(2_100)).toEqual([10, 5, 90, 60]);
    expect(event?.boxAt?.(1_200)).toEqual([50, 5, 90, 60]);
    expect(event?.boxAt?.(9_000)).toBeUndefined();
  });

  it.each([
    ['is not JSON', '{"incidents": ['],
    ['has an incident without a kind', { incidents: [{ startSeconds: 1, endSeconds: 2 }] }],
    ['has no incidents', { events: [] }],
  ])('is refused when it %s', async (_, content) => {
    await expect(readTruthFile(await fileOf(content))).rejects.toMatchObject({ code: 'truth_invalid' });
  });

  it('is refused when it is not there', async () => {
    await expect(readTruthFile(join(folder, 'none.json'))).rejects.toMatchObject({ code: 'truth_invalid' });
  });
});

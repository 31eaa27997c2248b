import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkedBatch } from '../../../../tests/support/checked-batch.ts';
import { collectorHere } from '../../../../tests/support/collector.ts';
import { eventBody, JournalTwin } from '../../../../tests/support/journal-twin.ts';
import { type TempDir, tempDir } from '../../../../tests/support/temp-dir.ts';
import { FileMedia } from '../media/index.ts';
import { SqliteStore } from '../store/index.ts';

const FRAME = { width: 1280, height: 720, index: 7 };

let dir: TempDir;
let data: string;
/** Hashes of the snapshots, in the order of the events. */
const hashes: string[] = [];
const events: string[] = [];

/** Five events with a snapshot each; the picture of the last one is not stored. */
beforeAll(async () => {
  dir = await tempDir('labelled-set-');
  data = dir.join('data');
  const store = SqliteStore.open(data);
  const media = new FileMedia(dir.join('data/media'));
  const journal = new JournalTwin('line-1');
  await mkdir(dir.join('data/media/incoming'), { recursive: true });
  for (let n = 0; n < 5; n += 1) {
    const background = { r: 10 * n, g: 80, b: 120 };
    const jpeg = await sharp({ create: { width: 640, height: 360, channels: 3, background } })
      .jpeg()
      .toBuffer();
    const sha256 = createHash('sha256').update(jpeg).digest('hex');
    const body = eventBody({ snapshot: sha256, frame: FRAME, box: [128, 72, 256, 144] });
    journal.append('event', body);
    hashes.push(sha256);
    events.push(body.event);
    if (n === 4) continue;
    const path = dir.join(`${n}.jpg`);
    await writeFile(path, jpeg);
    await media.put(sha256, { path });
    await store.media.save({ sha256, device: 'line-1', bytes: jpeg.length, mime: 'image/jpeg', storedAtMs: 1 });
  }
  await store.batches.commit([checkedBatch(journal.batch())], 1);
  await store.close();
});
afterAll(() => dir[Symbol.asyncDispose]());

async function cli(code: number, ...args: string[]): Promise<Record<string, unknown>> {
  const done = await collectorHere(...args, '--data', data, '--json');
  expect([done.code, done.stderr], done.stdout).toEqual([code, code === 2 ? done.stderr : '']);
  return JSON.parse(done.stdout) as Record<string, unknown>;
}

describe('what reviewers say', () => {
  it('becomes a labelled set by hash, in either form, the same each time', async () => {
    const [first = '', second = '', third = '', fourth = '', fifth = ''] = events;
    await cli(0, 'review', 'mark', first, 'true', '--by', 'anna');
    await cli(0, 'review', 'mark', second, 'true', '--by', 'anna');
    await cli(0, 'review', 'mark', second, 'false_alarm', '--by', 'boris', '--note', 'a reflection');
    await cli(0, 'review', 'mark', third, 'false_alarm', '--by', 'anna');
    await cli(0, 'review', 'mark', third, 'missed', '--by', 'anna', '--label', 'hand', '--box', '640,360,1280,720');
    // Decided and withdrawn again; the last one's picture is not here.
    await cli(0, 'review', 'mark', fourth, 'true', '--by', 'anna');
    await cli(0, 'review', 'mark', fourth, 'unsure', '--by', 'boris');
    await cli(0, 'review', 'mark', fifth, 'true', '--by', 'anna');

    const written = await cli(1, 'review', 'export', dir.join('yolo'), '--map', 'spill=water');
    expect(written).toMatchObject({ images: 3, boxes: 2, empty: 1, labels: ['hand', 'water'], without: 1 });
    const read = (...name: string[]) => readFile(dir.join(...name), 'utf8');
    const label = (n: number) => read('yolo', 'labels', `${hashes[n]}.txt`);
    expect(await label(0)).toBe('1 0.150000 0.150000 0.100000 0.100000\n');
    expect(await label(1)).toBe('');
    expect(await label(2)).toBe('0 0.750000 0.750000 0.500000 0.500000\n');
    await expect(label(3)).rejects.toThrow('ENOENT');
    expect(await read('yolo', 'data.yaml')).toContain('names: ["hand","water"]');
    const image = await readFile(dir.join('yolo', 'images', `${hashes[0]}.jpg`));
    expect(createHash('sha256').update(image).digest('hex')).toBe(hashes[0]);
    const said = (await read('yolo', 'reviews.jsonl')).trim().split('\n');
    expect(said.map((line) => (JSON.parse(line) as { who: string }).who).sort()).toEqual([
      'anna',
      'anna',
      'anna',
      'boris',
    ]);

    const again = await cli(1, 'review', 'export', dir.join('again'), '--map', 'spill=water');
    expect(again['sha256']).toBe(written['sha256']);
    expect(await cli(2, 'review', 'export', dir.join('yolo'))).toMatchObject({
      error: { code: 'export_folder_in_use' },
    });

    await cli(1, 'review', 'export', dir.join('coco'), '--form', 'coco');
    const coco = JSON.parse(await read('coco', 'annotations.json')) as {
      images: { id: number; file_name: string; width: number }[];
      annotations: { image_id: number; category_id: number; bbox: number[] }[];
      categories: { id: number; name: string }[];
    };
    expect(coco.categories).toEqual([
      { id: 1, name: 'hand' },
      { id: 2, name: 'spill' },
    ]);
    expect(coco.images.map(({ width }) => width)).toEqual([640, 640, 640]);
    const boxes = coco.annotations.map(({ image_id: image, category_id: category, bbox }) => [
      ...[coco.images.find(({ id }) => id === image)?.file_name.slice(0, 64), category, bbox],
    ]);
    // The snapshot has half the size of the frame.
    expect(boxes).toHaveLength(2);
    expect(boxes).toContainEqual([hashes[0], 2, [64, 36, 64, 36]]);
    expect(boxes).toContainEqual([hashes[2], 1, [320, 180, 320, 180]]);
  });

  it('is refused where it says too little', async () => {
    const [first = ''] = events;
    const refused = async (...args: string[]) =>
      ((await cli(2, 'review', 'mark', ...args, '--by', 'anna'))['error'] as { code: string }).code;
    expect(await refused('019a4f10-7b4e-7c3a-9d55-2b1f5d0f1c3e', 'true')).toBe('event_unknown');
    expect(await refused(first, 'perhaps')).toBe('review_invalid');
    expect(await refused(first, 'missed', '--label', 'hand')).toBe('review_invalid');
    expect(await refused(first, 'missed', '--label', 'hand', '--box', '5,5,1,1')).toBe('review_invalid');
    const { reviews } = (await cli(0, 'review', 'list')) as { reviews: unknown[] };
    expect(reviews).toHaveLength(8);
  });
});

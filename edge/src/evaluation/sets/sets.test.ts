import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type TempDir, tempDir } from '../../../../tests/support/temp-dir.ts';
import { mapLabels } from './label-map.ts';
import { readSet } from './read-set.ts';
import { parseYoloLabels } from './yolo-labels.ts';

/** A folder with these files; pictures are never opened here. */
async function folder(files: Readonly<Record<string, string>>): Promise<TempDir> {
  const dir = await tempDir();
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(dir.join(name)), { recursive: true });
    await writeFile(dir.join(name), text);
  }
  return dir;
}

describe('YOLO labels', () => {
  it('are boxes around a centre, or the box around a polygon, clipped to the image', () => {
    const text = '1 0.5 0.5 0.2 0.4\n\n0 0.1 0.2 0.3 0.1 0.2 0.6\r\n0 0.0 0.5 0.5 0.5\n';
    const rounded = parseYoloLabels(text, 'a.txt').map(({ classId, box }) => [
      classId,
      box.map((v) => Number(v.toFixed(6))),
    ]);
    expect(rounded).toEqual([
      [1, [0.4, 0.3, 0.6, 0.7]],
      [0, [0.1, 0.1, 0.3, 0.6]],
      [0, [0, 0.25, 0.25, 0.75]],
    ]);
  });

  it.each(['cap 0.5 0.5 0.2 0.4', '1 0.5 0.5 0.2', '1 0.1 0.1 0.2 0.2 0.3', '-1 0.5 0.5 0.2 0.4', '1 a b c d'])(
    'that say %j are refused with file and line',
    (line) => {
      const read = (): unknown => parseYoloLabels(`0 0.5 0.5 0.1 0.1\n${line}\n`, 'b.txt');
      expect(read).toThrow(
        expect.objectContaining({ code: 'label_malformed', message: expect.stringMatching(/^b\.txt:2/) }),
      );
    },
  );
});

describe('a YOLO set', () => {
  it.each([
    ['a list in data.yaml', 'valid/data.yaml', 'nc: 2\nnames: [cap, defect]\n'],
    ['numbered names in the folder above', 'data.yaml', 'names:\n  0: cap\n  1: defect\n'],
    ['a text file', 'valid/names.txt', 'cap\ndefect\n'],
  ])('takes names from %s', async (_, file, text) => {
    await using dir = await folder({
      [file]: text,
      'valid/images/b.jpg': '',
      'valid/images/a.png': '',
      'valid/labels/a.txt': '1 0.5 0.5 1 1\n',
    });
    const set = await readSet({ dir: dir.join('valid'), form: 'yolo' });
    expect(set).toMatchObject({
      labels: ['cap', 'defect'],
      pictures: [
        { name: 'a.png', truth: [{ label: 'defect', box: [0, 0, 1, 1] }] },
        { name: 'b.jpg', truth: [] },
      ],
    });
  });

  it('is refused with a reason when its form is wrong', async () => {
    await using dir = await folder({ 'valid/images/a.jpg': '', 'c/images/a.jpg': '', 'c/labels/a.txt': '3 0 0 1 1' });
    const refusal = async (path: string, names?: string[]): Promise<unknown> =>
      readSet({ dir: path, form: 'yolo', names }).catch((error: unknown) => error);
    expect(await refusal(dir.join('nowhere'))).toMatchObject({ code: 'set_missing' });
    expect(await refusal(dir.path)).toMatchObject({ code: 'set_form', advice: expect.stringContaining('valid') });
    expect(await refusal(dir.join('valid'), ['cap'])).toMatchObject({ code: 'set_form' });
    expect(await refusal(dir.join('c'))).toMatchObject({ code: 'names_missing' });
    expect(await refusal(dir.join('c'), ['cap'])).toMatchObject({
      code: 'names_missing',
      message: expect.stringContaining('class 3'),
    });
  });
});

describe('other sets', () => {
  it('have one folder per class', async () => {
    await using dir = await folder({ 'glass/a.jpg': '', 'metal/b.jpg': '', 'empty/readme.txt': '' });
    expect(await readSet({ dir: dir.path, form: 'folders' })).toMatchObject({
      labels: ['glass', 'metal'],
      pictures: [
        { name: 'glass/a.jpg', label: 'glass' },
        { name: 'metal/b.jpg', label: 'metal' },
      ],
    });
  });

  it('have good and defective images with masks in a folder of their own', async () => {
    await using dir = await folder({
      'images/anomaly-1.jpg': '',
      'images/normal-1.jpg': '',
      'masks/anomaly-1.png': '',
    });
    expect(await readSet({ dir: dir.path, form: 'mask' })).toMatchObject({
      pictures: [
        { name: 'images/anomaly-1.jpg', defect: true, mask: dir.join('masks/anomaly-1.png') },
        { name: 'images/normal-1.jpg', defect: false },
      ],
    });
  });

  it('have masks by kind of defect, whose names repeat', async () => {
    await using dir = await folder({
      'train/good/000.png': '',
      'test/good/000.png': '',
      'test/scratch/000.png': '',
      'test/hole/000.png': '',
      'ground_truth/scratch/000_mask.png': '',
      'ground_truth/hole/000_mask.png': '',
    });
    const set = await readSet({ dir: dir.path, form: 'mask' });
    expect(set.pictures).toEqual([
      { path: dir.join('test/good/000.png'), name: 'test/good/000.png', defect: false },
      ...['hole', 'scratch'].map((kind) => ({
        path: dir.join(`test/${kind}/000.png`),
        name: `test/${kind}/000.png`,
        defect: true,
        mask: dir.join(`ground_truth/${kind}/000_mask.png`),
      })),
    ]);
  });
});

describe('labels of a set', () => {
  it('are mapped to labels of the model by name or by --map', () => {
    const map = mapLabels(['hat', 'person', 'dog'], ['bare', 'person', 'headwear'], new Map([['hat', 'headwear']]));
    expect([...map.toModel]).toEqual([
      ['hat', 'headwear'],
      ['person', 'person'],
    ]);
    expect(map).toMatchObject({ judged: ['person', 'headwear'], ignored: ['dog'] });
  });

  it.each([
    [new Map(), /no label of the set/],
    [new Map([['cat', 'person']]), /the set has no label cat/],
    [new Map([['dog', 'cat']]), /the model has no label cat/],
  ])('must match somewhere', (pairs, message) => {
    expect(() => mapLabels(['dog'], ['person'], pairs)).toThrow(message);
  });
});

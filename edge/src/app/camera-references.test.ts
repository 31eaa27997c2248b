import { readdir, readFile, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import type { Logger } from '@lineside/kit';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import type { CameraReference } from '../domain/index.ts';
import { CameraReferences } from './camera-references.ts';

const REFERENCE: CameraReference = {
  ...{ v: 1, acceptedAtMs: 1_780_000_000_000, measuredMs: 25_000, view: 'AAAA', similarity: 0.9 },
  ...{ luma: 90, contrast: 40, sharpness: 7, fps: 25, bitsPerS: 4e6 },
};

function logger(): { readonly log: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const keep = (_: object, message: string): void => void lines.push(message);
  const log: Logger = { debug: keep, info: keep, warn: keep, error: keep, child: () => log };
  return { log, lines };
}

it('the references of accepted cameras are there again after a restart, with the picture for people', async () => {
  await using dir = await tempDir('lineside-references-');
  const { log, lines } = logger();
  const first = new CameraReferences(dir.path, log);
  expect(first.all()).toEqual({});
  await first.keep('belt', REFERENCE, Buffer.from('a picture'));
  await first.keep('belt', { ...REFERENCE, luma: 91 }, undefined);
  const second = new CameraReferences(dir.path, log);
  expect(second.all()).toEqual({ belt: { ...REFERENCE, luma: 91 } });
  expect(await readFile(second.picturePath('belt'), 'utf8')).toBe('a picture');
  expect(lines).toEqual([]);
});

it('a reference that cannot be read is logged and left where it is, and stops no other', async () => {
  await using dir = await tempDir('lineside-references-');
  const { log, lines } = logger();
  await new CameraReferences(dir.path, log).keep('belt', REFERENCE, undefined);
  await writeFile(dir.join('cameras', 'half.json'), '{"v":1,"view":');
  await writeFile(dir.join('cameras', 'other.json'), '{"v":1,"view":7}');
  expect(Object.keys(new CameraReferences(dir.path, log).all())).toEqual(['belt']);
  expect(lines).toHaveLength(2);
  expect(await readFile(dir.join('cameras', 'half.json'), 'utf8')).toBe('{"v":1,"view":');
});

it('a reference that was kept when something else was covered is removed with its picture, and no other', async () => {
  await using dir = await tempDir('lineside-references-');
  const { log, lines } = logger();
  const corner = [[[0, 0] as const, [1, 0] as const, [1, 1] as const]];
  const masks = { blur: 'none', masks: corner } as const;
  const references = new CameraReferences(dir.path, log);
  await references.keep('clear', REFERENCE, Buffer.from('a picture'));
  await references.keep('masked', { ...REFERENCE, covered: masks }, Buffer.from('a picture'));
  references.coveredNow('clear', undefined);
  references.coveredNow('masked', { blur: 'none', masks: corner });
  references.coveredNow('never', masks);
  expect(Object.keys(references.all())).toEqual(['clear', 'masked']);
  references.coveredNow('clear', masks);
  references.coveredNow('masked', { ...masks, blur: 'heads' });
  expect(references.all()).toEqual({});
  expect(await readdir(dir.join('cameras'))).toEqual([]);
  expect(new CameraReferences(dir.path, log).all()).toEqual({});
  expect(lines).toHaveLength(2);
});

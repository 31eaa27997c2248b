import { copyFile, mkdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { madeModel } from '../../tests/support/made-model.ts';
import { type TempDir, tempDir } from '../../tests/support/temp-dir.ts';
import { constantDetector, writeTinyBundle } from '../../tests/support/tiny-onnx.ts';
import { catalogIds, listCatalog, ModelError, onnxForm, resolveModel, sha256File, verifyBundle } from './index.ts';

const ONNX = constantDetector({ size: 64, classes: 2, boxes: [] });

async function failure(attempt: Promise<unknown>): Promise<ModelError> {
  try {
    await attempt;
  } catch (error) {
    if (error instanceof ModelError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

async function edit(dir: string, change: (manifest: Record<string, unknown>) => void): Promise<void> {
  const path = join(dir, 'manifest.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  change(manifest);
  await writeFile(path, JSON.stringify(manifest));
}

async function bundle(dir: TempDir, id = 'caps'): Promise<string> {
  const path = dir.join(id);
  await writeTinyBundle(path, ONNX, { id, labels: ['cap', 'no_cap'], size: 64 });
  return path;
}

describe('a bundle', () => {
  it('a complete bundle is accepted with its manifest', async () => {
    await using dir = await tempDir();
    const path = await bundle(dir);
    const verified = await verifyBundle(path);
    expect(verified).toMatchObject({ kind: 'bundle', manifest: { id: 'caps', labels: ['cap', 'no_cap'] } });
    expect(verified.sha256).toBe(await sha256File(verified.onnxPath));
  });

  it('a bundle is refused with every wrong key of its manifest at once', async () => {
    await using dir = await tempDir();
    const path = await bundle(dir);
    await edit(path, (manifest) => {
      manifest['version'] = 'new';
      manifest['labels'] = [];
      manifest['file'] = '../../etc/passwd';
      manifest['colour'] = 'rgb';
    });
    const error = await failure(verifyBundle(path));
    expect(error.code).toBe('manifest_invalid');
    expect(error.problems.map((problem) => problem.where).join('\n')).toMatch(/version[\s\S]*file[\s\S]*labels|file/);
    expect(error.problems.length).toBeGreaterThanOrEqual(4);
    for (const problem of error.problems) expect(problem.advice).not.toBe('');
  });

  it.each([
    ['manifest_missing', async (path: string) => rm(join(path, 'manifest.json'))],
    ['manifest_invalid', async (path: string) => writeFile(join(path, 'manifest.json'), '{')],
    ['model_missing', async (path: string) => rm(join(path, 'model.onnx'))],
    ['model_truncated', async (path: string) => truncate(join(path, 'model.onnx'), ONNX.length - 100)],
    ['not_onnx', async (path: string) => writeFile(join(path, 'model.onnx'), '<html>404</html>')],
    [
      'hash_mismatch',
      async (path: string) =>
        writeFile(join(path, 'model.onnx'), constantDetector({ size: 64, classes: 3, boxes: [] })),
    ],
    ['labels_mismatch', async (path: string) => writeFile(join(path, 'labels.txt'), 'cap\n')],
    ['labels_mismatch', async (path: string) => edit(path, (manifest) => (manifest['labels'] = ['cap', 'cap']))],
    [
      'golden_missing',
      async (path: string) => edit(path, (manifest) => (manifest['golden'] = [{ image: 'a.jpg', expect: 'a.json' }])),
    ],
    [
      'golden_invalid',
      async (path: string) => {
        await writeFile(join(path, 'a.jpg'), '');
        await writeFile(join(path, 'a.json'), '{"detections": 1}');
        await edit(path, (manifest) => (manifest['golden'] = [{ image: 'a.jpg', expect: 'a.json' }]));
      },
    ],
  ])('with something wrong is refused as %s', async (code, spoil) => {
    await using dir = await tempDir();
    const path = await bundle(dir);
    await rm(join(path, 'labels.txt'), { force: true });
    await edit(path, (manifest) => (manifest['golden'] = []));
    await spoil(path);
    const error = await failure(verifyBundle(path));
    expect(error.code).toBe(code);
    expect(error.advice).not.toBe('');
  });

  it('a bundle with several defects is refused with all of them', async () => {
    await using dir = await tempDir();
    const path = await bundle(dir);
    await rm(join(path, 'model.onnx'));
    await writeFile(join(path, 'labels.txt'), 'x\n');
    const error = await failure(verifyBundle(path));
    expect(error.code).toBe('model_invalid');
    expect(error.problems.map((problem) => problem.code)).toEqual(['model_missing', 'labels_mismatch']);
  });
});

describe('the form of an ONNX file', () => {
  it('an ONNX file is recognised when it is complete, and as truncated wherever it was cut', async () => {
    await using dir = await tempDir();
    const path = dir.join('m.onnx');
    await writeFile(path, ONNX);
    expect(await onnxForm(path)).toBe('onnx');
    for (let length = ONNX.length - 1; length > 0; length -= Math.max(1, Math.floor(ONNX.length / 23))) {
      await writeFile(path, ONNX.subarray(0, length));
      expect(await onnxForm(path), `${length} of ${ONNX.length} bytes`).not.toBe('onnx');
    }
  });

  it.each([
    ['nothing', ''],
    ['text', 'hello, this is a text and no model at all'],
    ['a pointer of Git LFS', 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n'],
    ['JSON', '{"a": 1}'],
    ['zeros', '\0'.repeat(100)],
    ['a JPEG', '\u00ff\u00d8\u00ff\u00e0'],
  ])('%s is none', async (_what, text) => {
    await using dir = await tempDir();
    await writeFile(dir.join('m.onnx'), text, 'latin1');
    expect(await onnxForm(dir.join('m.onnx'))).toBe('not_onnx');
  });
});

describe('a reference to a model', () => {
  it('a model is named by an id of the catalog, a folder, or a file', async () => {
    await using dir = await tempDir();
    const places = { catalogDir: dir.join('catalog'), baseDir: dir.path };
    await mkdir(places.catalogDir);
    const path = await bundle(dir);
    await writeFile(dir.join('plain.onnx'), ONNX);
    await rename(path, join(places.catalogDir, 'caps'));
    expect(await resolveModel('caps', places)).toMatchObject({ kind: 'bundle', id: 'caps', ref: 'caps' });
    expect(await resolveModel('./catalog/caps', places)).toMatchObject({ kind: 'bundle' });
    expect(await resolveModel(join(places.catalogDir, 'caps'), places)).toMatchObject({ kind: 'bundle' });
    const file = await resolveModel('plain.onnx', places);
    expect(file).toMatchObject({ kind: 'file', id: 'plain', onnxPath: dir.join('plain.onnx') });
    expect(file.manifest).toBeUndefined();
    expect(file.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('a bare file of another family is refused instead of decoded wrongly', async () => {
    await using dir = await tempDir();
    const places = { catalogDir: dir.join('catalog'), baseDir: dir.path };
    const table = (count: number) =>
      madeModel({ width: 128, height: 128, outputs: [{ name: 'out', shape: [1, count, 85] }] });
    await writeFile(dir.join('Some X.onnx'), table(336));
    const error = await failure(resolveModel('Some X.onnx', places));
    expect(error.code).toBe('needs_import');
    expect(error.message).toContain('yolox');
    expect(error.advice).toBe('lineside model import Some X.onnx --id some-x');
  });

  it('a bare file has the names of its metadata as labels', async () => {
    await using dir = await tempDir();
    const places = { catalogDir: dir.join('catalog'), baseDir: dir.path };
    const outputs = [{ name: 'out', shape: [1, 6, 84] }];
    const model = madeModel({ width: 64, height: 64, outputs, metadata: { names: "{0: 'cap', 1: 'no cap'}" } });
    await writeFile(dir.join('caps.onnx'), model);
    expect(await resolveModel('caps.onnx', places)).toMatchObject({ kind: 'file', labels: ['cap', 'no cap'] });
  });

  it('an unknown model is refused with the models that exist', async () => {
    await using dir = await tempDir();
    const places = { catalogDir: dir.path, baseDir: dir.path };
    await bundle(dir);
    await mkdir(dir.join('mine'));
    expect((await failure(resolveModel('cups', places))).advice).toContain('caps');
    expect((await failure(resolveModel('mine', places))).advice).toContain('./mine');
    expect((await failure(resolveModel('./none', places))).code).toBe('model_missing');
    expect((await failure(resolveModel('none.onnx', places))).code).toBe('model_missing');
    expect((await failure(resolveModel('./mine', places))).code).toBe('manifest_missing');
  });
});

describe('a catalog', () => {
  it('a catalog lists its bundles, the broken ones with their defects', async () => {
    await using dir = await tempDir();
    await bundle(dir, 'good');
    const broken = await bundle(dir, 'broken');
    await writeFile(join(broken, 'manifest.json'), '{}');
    await mkdir(dir.join('no-bundle'));
    await copyFile(join(broken, 'manifest.json'), dir.join('stray.json'));
    expect(await catalogIds(dir.path)).toEqual(['broken', 'good']);
    const [first, second] = await listCatalog(dir.path);
    expect(first).toMatchObject({ id: 'broken', error: { code: 'manifest_invalid' } });
    expect(second).toMatchObject({ id: 'good', manifest: { id: 'good' } });
  });

  it('a missing catalog is empty', async () => {
    expect(await catalogIds('/none/at/all')).toEqual([]);
  });
});

import { link, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type MadeModel, madeModel, madeWeights } from '../../../tests/support/made-model.ts';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { encodeModel, type GraphNode } from './encode-model.ts';
import { externalFiles } from './external-weights.ts';
import { loadOnnx } from './load.ts';

const OPTIONS: MadeModel = { width: 16, height: 16, outputs: [{ name: 'out', shape: [1, 3] }], weightsFile: 'w' };
const [WEIGHTS] = madeWeights(OPTIONS);
const NAME = WEIGHTS?.file ?? '';
const BYTES = WEIGHTS?.bytes ?? new Uint8Array(0);

async function problemsOf(dir: TempDir, options: MadeModel = OPTIONS): Promise<readonly (string | undefined)[]> {
  const path = dir.join('model/m.onnx');
  await writeFile(path, madeModel(options));
  return (await externalFiles(await loadOnnx(path))).map(({ problem }) => problem);
}

/** A folder for the model, and one beside it that is none of the model's business. */
async function folders(): Promise<TempDir> {
  const dir = await tempDir();
  await mkdir(dir.join('model'));
  await mkdir(dir.join('private'));
  await writeFile(dir.join('private/secret'), BYTES);
  return dir;
}

describe('weights in files beside a model', () => {
  it('are accepted inside the folder, also behind a link that stays in it', async () => {
    await using dir = await folders();
    await mkdir(dir.join('model/parts'));
    await writeFile(dir.join('model/parts/real'), BYTES);
    await symlink('parts/real', join(dir.join('model'), NAME));
    expect(await problemsOf(dir)).toEqual([undefined]);
  });

  it('are accepted where the folder itself is reached through a link', async () => {
    await using dir = await folders();
    await writeFile(join(dir.join('model'), NAME), BYTES);
    await symlink(dir.join('model'), dir.join('link'));
    await problemsOf(dir);
    const files = await externalFiles(await loadOnnx(dir.join('link/m.onnx')));
    expect(files.map(({ problem }) => problem)).toEqual([undefined]);
  });

  it.each([
    ['a symbolic link to a file', (dir: TempDir) => symlink('../private/secret', join(dir.join('model'), NAME))],
    ['an absolute symbolic link', (dir: TempDir) => symlink(dir.join('private/secret'), join(dir.join('model'), NAME))],
    [
      'two links, one after the other',
      async (dir: TempDir) => {
        await symlink('../private', dir.join('model/inner'));
        await symlink('inner/secret', join(dir.join('model'), NAME));
      },
    ],
    ['a link to a device', (dir: TempDir) => symlink('/dev/zero', join(dir.join('model'), NAME))],
  ])('are refused behind %s that leads out of the folder', async (_what, make) => {
    await using dir = await folders();
    await make(dir);
    expect(await problemsOf(dir)).toEqual(["lies outside the model's folder"]);
  });

  it.each(['../private/secret', '/etc/hostname', 'a/../../private/secret', './../m'])(
    'are refused at the place %s',
    async (weightsFile) => {
      await using dir = await folders();
      const [problem] = await problemsOf(dir, { ...OPTIONS, weightsFile });
      expect(problem).toBe("lies outside the model's folder");
    },
  );

  it('are refused in a folder that is a link out of the folder', async () => {
    await using dir = await folders();
    await symlink('../private', dir.join('model/inner'));
    await link(dir.join('private/secret'), join(dir.join('private'), NAME));
    const [problem] = await problemsOf(dir, { ...OPTIONS, weightsFile: 'inner/w' });
    expect(problem).toBe("lies outside the model's folder");
  });

  it('are refused where a node names them, because ONNX Runtime would read them unchecked', async () => {
    await using dir = await folders();
    const tensor = { name: 'c', shape: [1], data: Float32Array.of(1), external: '../private/secret' };
    const constant: GraphNode = { op: 'Constant', inputs: [], outputs: ['c'], attributes: { value: { tensor } } };
    const path = dir.join('model/m.onnx');
    const image = { type: 'float32', shape: [1, 3, 8, 8] } as const;
    await writeFile(
      path,
      encodeModel({
        inputs: [{ name: 'x', ...image }],
        outputs: [{ name: 'y', ...image }],
        nodes: [constant, { op: 'Mul', inputs: ['x', 'c'], outputs: ['y'] }],
      }),
    );
    expect(await externalFiles(await loadOnnx(path))).toMatchObject([
      { location: '../private/secret', problem: expect.stringContaining('inside a node') as string },
    ]);
  });
});

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fakeTrtexec } from '../../../tests/support/fake-trtexec.ts';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { readMachine, releaseOf, versionOf } from './machine.ts';

describe('what a machine is', () => {
  it('is read from its files and its builder', async () => {
    await using dir = await tempDir();
    const put = async (path: string, text: string): Promise<void> => {
      await mkdir(dirname(dir.join(path)), { recursive: true });
      await writeFile(dir.join(path), text);
    };
    await put(
      'etc/nv_tegra_release',
      '# R36 (release), REVISION: 4.3, GCID: 38968081, BOARD: generic, EABI: aarch64\n',
    );
    await put('proc/device-tree/model', 'NVIDIA Jetson Orin NX Engineering Reference Developer Kit\0');
    const { path } = await fakeTrtexec(dir.join('usr/src/tensorrt/bin/trtexec'));
    expect(await readMachine({ path: undefined, root: dir.path })).toEqual({
      l4t: '36.4.3',
      gpu: 'NVIDIA Jetson Orin NX Engineering Reference Developer Kit',
      tensorrt: '10.3.0',
      trtexec: path,
    });
  });

  it('has the version of TensorRT where only its library is installed', async () => {
    await using dir = await tempDir();
    await mkdir(dir.join('usr/lib/aarch64-linux-gnu'), { recursive: true });
    await writeFile(dir.join('usr/lib/aarch64-linux-gnu/libnvinfer.so.10.16.2'), '');
    expect(await readMachine({ path: '', root: dir.path })).toEqual({ gpu: 'unknown', tensorrt: '10.16.2' });
  });

  it('is not made up where nothing is there', async () => {
    await using dir = await tempDir();
    expect(await readMachine({ path: '', root: dir.path })).toEqual({ gpu: 'unknown' });
  });

  it.each([
    ['&&&& RUNNING TensorRT.trtexec [TensorRT v8602] # trtexec', '8.6.2'],
    ['&&&& RUNNING TensorRT.trtexec [TensorRT v100300] [b31] # trtexec', '10.3.0'],
    ['&&&& RUNNING TensorRT.trtexec [TensorRT v101602] # trtexec', '10.16.2'],
    ['trtexec: command not found', undefined],
  ])('reads %s', (text, version) => {
    expect(versionOf(text)).toBe(version);
  });

  it('reads the release of Jetson Linux', () => {
    expect(releaseOf('# R39 (release), REVISION: 2.0, GCID: 1')).toBe('39.2.0');
    expect(releaseOf('')).toBeUndefined();
  });
});

import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { fakeTrtexec } from '../../../../tests/support/fake-trtexec.ts';
import { runHere } from '../../../../tests/support/lineside.ts';
import { tempDir } from '../../../../tests/support/temp-dir.ts';
import { brightBlobDetector, writeTinyBundle } from '../../../../tests/support/tiny-onnx.ts';

interface EnginesReport {
  readonly machine: { readonly tensorrt?: string };
  readonly kept: readonly { readonly model: string }[];
  readonly engines: readonly { readonly state: string; readonly error?: { readonly code: string } }[];
}

describe('lineside model engines', () => {
  it('prints the machine and the engines that exist', async () => {
    await using dir = await tempDir();
    const { code, stdout } = await runHere(['model', 'engines', '--data', dir.path], { env: { PATH: '' } });
    expect(code).toBe(0);
    expect(stdout).toContain('no engine can be built here');
  });

  it('builds nothing without trtexec, and states what to install', async () => {
    await using dir = await tempDir();
    const { code, stderr } = await runHere(['model', 'engines', '--build', '--data', dir.path], { env: { PATH: '' } });
    expect([code, stderr]).toEqual([1, expect.stringContaining('libnvinfer-bin')]);
  });

  it('builds what the configuration needs, reports failures, and retries with --retry', async () => {
    await using dir = await tempDir();
    const trtexec = await fakeTrtexec(dir.join('bin/trtexec'), 'unsupported');
    await writeTinyBundle(dir.join('tiny'), brightBlobDetector({ size: 64 }), { size: 64, labels: ['bright'] });
    const config = dir.join('lineside.yaml');
    await writeFile(config, 'device: a\nmodels: [{id: tiny, ref: ./tiny}]\n');
    const run = async (...flags: readonly string[]): Promise<{ code: number; report: EnginesReport }> => {
      const args = ['model', 'engines', ...flags, '--config', config, '--data', dir.path, '--json'];
      const { code, stdout } = await runHere(args, { env: { PATH: dir.join('bin:/usr/bin:/bin') } });
      return { code, report: JSON.parse(stdout) as EnginesReport };
    };
    expect(await run('--build')).toMatchObject({
      code: 1,
      report: { engines: [{ error: { code: 'engine_build_failed' } }] },
    });
    await trtexec.become('good');
    expect(await run('--retry')).toMatchObject({ code: 0, report: { engines: [{ model: 'tiny', state: 'ready' }] } });
    const { code, report } = await run();
    expect([code, report.machine.tensorrt, report.kept.map(({ model }) => model)]).toEqual([0, '10.3.0', ['tiny']]);
  });
});

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fakeTrtexec } from '../support/fake-trtexec.ts';
import { FROM_SOURCE, NODE, startProcess } from '../support/processes.ts';
import { tempDir } from '../support/temp-dir.ts';
import { brightBlobDetector } from '../support/tiny-onnx.ts';

const MAIN = join(import.meta.dirname, '../../scripts/jetson/main.ts');

interface Report {
  readonly ok: boolean;
  readonly evidence: readonly { readonly what: string; readonly verdict: string; readonly seen: string }[];
}

describe('scripts/jetson-check', () => {
  it('reports on any other machine what is missing, and builds and measures what it can', async () => {
    await using dir = await tempDir();
    const trtexec = await fakeTrtexec(dir.join('bin/trtexec'));
    await writeFile(dir.join('tiny.onnx'), brightBlobDetector({ size: 64, cell: 16 }));
    const args = [
      MAIN,
      '--seconds',
      '0.2',
      '--model',
      dir.join('tiny.onnx'),
      '--data',
      dir.path,
      '--json',
      dir.join('report.json'),
    ];
    const env = { PATH: `${dir.join('bin')}:${process.env['PATH'] ?? ''}` };
    await using child = await startProcess(NODE, [...FROM_SOURCE, ...args], { env });
    expect(await child.waitForExit(60_000)).toMatchObject({ code: 1 });
    const report = JSON.parse(await readFile(dir.join('report.json'), 'utf8')) as Report;
    expect(report.ok).toBe(false);
    const verdicts = Object.fromEntries(report.evidence.map(({ what, verdict }) => [what, verdict]));
    expect(verdicts).toMatchObject({ 'Jetson Linux': 'missing', TensorRT: 'ok', trtexec: 'ok', FFmpeg: 'ok' });
    expect(await trtexec.builds()).toHaveLength(1);
    const engine = report.evidence.find(({ what }) => what.startsWith('engine'));
    expect(engine).toMatchObject({ verdict: 'ok', seen: expect.stringContaining('built in') as string });
    const model = report.evidence.find(({ what }) => what.startsWith('model'));
    expect(model?.seen).toMatch(/^cpu, [\d.]+ pictures a second of 64x64/);
  });
});

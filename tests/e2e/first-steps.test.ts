import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { SimulatedLine } from '../../scripts/demonstration/simulated-line.ts';
import { FROM_SOURCE, NODE, runProcess, startProcess } from '../support/processes.ts';
import { tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait-for.ts';

const ROOT = join(import.meta.dirname, '../..');
const PROGRAMS: Readonly<Record<string, string>> = {
  lineside: fileURLToPath(new URL('../../edge/src/cli/index.ts', import.meta.url)),
  'lineside-collector': fileURLToPath(new URL('../../cloud-sync/collector/src/cli/index.ts', import.meta.url)),
};

/** The commands of the first steps, as the document has them. */
async function documented(): Promise<readonly string[]> {
  const text = await readFile(join(ROOT, 'docs/collector.md'), 'utf8');
  const section = /^## First steps$(.*?)^## /ms.exec(text)?.[1] ?? '';
  return [...section.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, block = '']) => block.trim().split('\n'));
}

it('the first steps of the document lead from nothing to an event on the page of the collector', async () => {
  await using dir = await tempDir('lineside-first-steps-');
  await using resources = new AsyncDisposableStack();
  const line = new SimulatedLine({ root: ROOT, dataDir: dir.path, say: () => undefined });
  resources.defer(() => line.stop());
  const { product = '' } = await line.startCameras();
  const [collect = '', add = '', init = '', camera = '', run = '', ...more] = await documented();
  expect(more).toEqual([]);

  // The document has the usual ports; a test takes free ones.
  await writeFile(dir.join('collector.yaml'), 'mqtt: {listen: "127.0.0.1:0"}\nhttp: {listen: "127.0.0.1:0"}\n');
  const args = (command: string, ...extra: readonly string[]): string[] => {
    const [program = '', ...words] = command.split(' ');
    return [...FROM_SOURCE, PROGRAMS[program] ?? program, ...words, ...extra];
  };
  const own = ['--config', 'collector.yaml'];
  const collector = resources.use(await startProcess(NODE, args(collect, ...own, '--json'), { cwd: dir.path }));
  const [ready] = await collector.waitForLine(/^\{"ready":true.*\}$/);
  const { mqtt, http } = JSON.parse(ready) as { mqtt: string; http: string };
  const here = (text: string): string =>
    text.replace('rtsp://viewer:PASSWORD@10.0.0.21/stream1', product).replace('mqtt://127.0.0.1:1883', mqtt);
  for (const command of [add, init, camera]) {
    const extra = command === add ? own : [];
    const { code, stderr } = await runProcess(NODE, args(here(command), ...extra), { cwd: dir.path });
    expect({ command, code, stderr }).toEqual({ command, code: 0, stderr: '' });
  }
  expect((await readFile(dir.join('camera.jpg'))).subarray(0, 2)).toEqual(Buffer.of(0xff, 0xd8));
  // No fixed port for the page of the device either.
  await writeFile(dir.join('lineside.yaml'), 'status: {listen: "127.0.0.1:0"}\n', { flag: 'a' });
  resources.use(await startProcess(NODE, args(run), { cwd: dir.path }));
  const event = await waitFor(
    'an event at the collector',
    async () => {
      const response = await fetch(new URL('/api/v1/events', http));
      const { items } = (await response.json()) as { items: { device: string; kind: string }[] };
      return items[0];
    },
    { withinMs: 90_000 },
  );
  expect(event).toMatchObject({ device: 'line-1', kind: 'quality_issue' });
});

import { readFile, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { z } from 'zod';
import {
  addConfiguration,
  addModel,
  exportRepository,
  initRepository,
  publish,
  ReleaseFolder,
} from '../../cloud-sync/collector/src/release/index.ts';
import { configure, startAppliance } from '../support/appliance.ts';
import { blinking } from '../support/blinking.ts';
import { addDevice, collectorHere, collectorYaml, startCollector } from '../support/collector.ts';
import { runHere } from '../support/lineside.ts';
import { tempDir } from '../support/temp-dir.ts';
import { brightBlobDetector, writeTinyBundle } from '../support/tiny-onnx.ts';
import { waitFor } from '../support/wait-for.ts';

const Shown = z.object({
  state: z.string(),
  reason: z.string().nullable(),
  lines: z.array(
    z.object({ device: z.string(), state: z.string(), reason: z.string().nullable(), shadow: z.string().nullable() }),
  ),
});

it('a model and a configuration come from the collector to a running line, and its stick goes back to the collector', async () => {
  await using dir = await tempDir();
  const [data, at] = [dir.join('edge'), dir.join('collector')];
  const folder = new ReleaseFolder(dir.join('collector/releases'));
  await initRepository(folder, { customers: ['acme'], env: {}, nowMs: Date.now() });
  const work = async () => ({ folder, settings: await folder.settings(), env: {}, nowMs: Date.now() });
  await writeFile(dir.join('password'), await addDevice(at, 'line-1'));
  await writeFile(dir.join('collector.yaml'), collectorYaml('http: {listen: "127.0.0.1:0"}\n'));
  await using collector = await startCollector(dir.join('collector.yaml'), at);

  const lamp = async (version: string): Promise<string> => {
    const model = brightBlobDetector({ size: 32, cell: 16 });
    const bundle = await writeTinyBundle(dir.join(`lamp-${version}`), model, { id: 'lamp', size: 32, labels: ['lit'] });
    const text = await readFile(`${bundle}/manifest.json`, 'utf8');
    await writeFile(`${bundle}/manifest.json`, text.replace('"1.0.0"', `"${version}"`));
    const { target } = await addModel(await work(), bundle, { customer: 'acme' });
    await publish(await work());
    return target;
  };
  const configuration = (zones: readonly object[]) => ({
    device: 'line-1',
    cameras: [{ id: 'one', url: blinking(), fps: 5, models: ['lamp'], zones }],
    models: [{ id: 'lamp', ref: 'lamp' }],
    updates: {
      ...{ repository: 'collector', root: folder.metadata('1.root.json'), customer: 'acme', configuration: 'line-1' },
      ...{ trial: '3s', shadow: { results: 50, limit: '120s' } },
    },
    uplink: {
      ...{ broker: collector.at.mqtt, username: 'line-1', password: `\${file:${dir.join('password')}}` },
    },
    status: { listen: '127.0.0.1:0' },
  });
  const config = await configure(dir.join('line.yaml'), configuration([]));
  const rollOut = async (target: string): Promise<z.infer<typeof Shown>> => {
    const args = [target, '--group', 'line=line-1', '--soak', '0s', '--by', 'anna', '--data', at, '--json'];
    const started = await collectorHere('rollout', 'start', ...args);
    expect([started.code, started.stderr]).toEqual([0, '']);
    const { id } = z.object({ id: z.string() }).parse(JSON.parse(started.stdout));
    return waitFor(
      `${id} to be over`,
      async () => {
        const shown = Shown.parse(await (await fetch(`${collector.at.http}/api/v1/rollouts/${id}`)).json());
        return shown.state !== 'running' && shown;
      },
      { withinMs: 120_000, everyMs: 500 },
    );
  };

  await using line = await startAppliance({ config, data });
  // Without the model nothing is inspected, so there is nothing to compare the first one with.
  expect(await rollOut(await lamp('1.0.0'))).toMatchObject({ state: 'done', lines: [{ state: 'committed' }] });
  await line.inspects(['one'], 1);
  const second = await rollOut(await lamp('1.1.0'));
  expect(second).toMatchObject({ state: 'done', lines: [{ state: 'committed' }] });
  expect(second.lines[0]?.shadow).toMatch(/\d+ of \d+ frames differ/);

  const changed = await configure(
    dir.join('next.yaml'),
    configuration([
      {
        id: 'all',
        polygon: [
          [0, 0],
          [1, 0],
          [1, 1],
        ],
      },
    ]),
  );
  const added = await addConfiguration(await work(), changed, { customer: 'acme', name: 'line-1', version: '1.0.1' });
  await publish(await work());
  expect(await rollOut(added.target)).toMatchObject({ state: 'done', lines: [{ state: 'committed' }] });
  expect(await readFile(config, 'utf8')).toBe(await readFile(changed, 'utf8'));

  // The stick brings what is installed already, and takes the line's records back.
  await exportRepository(await work(), dir.join('stick'), { customer: 'acme' });
  const stick = await runHere(['update', '--from', dir.join('stick'), '--data', data, '--json']);
  expect(stick.stdout).toContain('"carried"');
  const imported = await collectorHere('import-usb', dir.join('stick'), '--data', at, '--json');
  expect([imported.code, imported.stderr]).toEqual([0, '']);
  expect(JSON.parse(imported.stdout)).toMatchObject({
    devices: [{ device: 'line-1', conflicts: 0, breaks: 0, notTaken: {}, left: 0 }],
  });
  await line.stop();
});

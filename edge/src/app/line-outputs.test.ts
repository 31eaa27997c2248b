import { readFile, writeFile } from 'node:fs/promises';
import { silentLogger, systemClock } from '@lineside/kit';
import { describe, expect, it } from 'vitest';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { type LoadedConfig, loadConfig } from '../config/index.ts';
import { ArmedOutputs } from './armed-outputs.ts';
import { LineOutputs } from './line-outputs.ts';

const CONFIG = `device: line-1
cameras: [{id: belt, url: /unused.mp4, models: [defect]}]
rules: [{id: defects, type: product_defect, camera: belt}]
outputs:
  - {id: gate, camera: belt, rules: [defects], url: "modbus+tcp://127.0.0.1:9", reject: coil:0, delay: 1s}
`;

interface Written {
  readonly action: string;
  readonly details: Readonly<Record<string, string>>;
}

function armedIn(dir: string, { secrets }: LoadedConfig): ArmedOutputs {
  return new ArmedOutputs(dir, silentLogger, ({ url }) => secrets.text(url));
}

function outputsOf(loaded: LoadedConfig, dir: string, audit: Written[]): LineOutputs {
  return new LineOutputs({
    ...{ loaded, clock: systemClock, log: silentLogger, armed: armedIn(dir, loaded) },
    lanes: () => ({
      state: () => ({ vision: { state: 'down', sinceMs: 0, downs: 0 }, lanes: [], unroutedResults: 0 }),
      report: () => undefined,
    }),
    audit: (action, details) => void audit.push({ action, details }),
  });
}

describe('outputs', () => {
  it('are armed by a person, remember it, and are disarmed by a change of their configuration', async () => {
    await using dir = await tempDir();
    const path = dir.join('lineside.yaml');
    const load = async (text: string): Promise<LoadedConfig> => {
      await writeFile(path, text);
      return loadConfig(path, { catalog: ['defect'], env: {} });
    };
    const audit: Written[] = [];
    const loaded = await load(CONFIG);
    const [gate] = loaded.config.outputs;
    if (gate === undefined) throw new TypeError('the configuration has an output');
    expect(armedIn(dir.path, loaded).has(gate)).toBe(false);
    const outputs = outputsOf(loaded, dir.path, audit);
    await outputs.arm('gate', true, 'M. Fischer');
    expect(audit).toEqual([
      { action: 'output_armed', details: { output: 'gate', by: 'M. Fischer', url: 'modbus+tcp://127.0.0.1:9' } },
    ]);
    expect(armedIn(dir.path, loaded).has(gate)).toBe(true);
    await expect(outputs.arm('other', true, 'me')).rejects.toMatchObject({
      code: 'bad_request',
      advice: /known: gate/,
    });

    // The unit is not part of what people are shown of a URL.
    const changed = await load(CONFIG.replace('127.0.0.1:9', '127.0.0.1:9?unit=2'));
    const stop = new AbortController();
    const ended = outputsOf(changed, dir.path, audit).run(stop.signal);
    await expect.poll(() => audit.at(-1)?.action).toBe('output_disarmed');
    expect(audit.at(-1)?.details).toEqual({ output: 'gate', by: 'lineside', reason: 'configuration_changed' });
    expect(JSON.parse(await readFile(dir.join('armed-outputs.json'), 'utf8'))).toEqual({});
    stop.abort();
    await ended;
  });

  it.each([
    ['rules: [defects]', 'rules: [nothing]', 'unknown_rule'],
    ['camera: belt, rules', 'camera: hall, rules', 'unknown_camera'],
    ['reject: coil:0', 'reject: "40001"', 'output_point'],
    [', reject: coil:0', '', 'output_point'],
    [', reject: coil:0', ', results: "input:100"', 'output_point'],
    [', delay: 1s', '', 'output_way'],
    ['delay: 1s', 'counts: 100', 'output_way'],
    ['delay: 1s', 'delay: 1s, counts: 100', 'output_way'],
  ])('%s as %s is refused', async (right, wrong, code) => {
    await using dir = await tempDir();
    const path = dir.join('lineside.yaml');
    await writeFile(path, CONFIG.replace(right, wrong));
    const loading = loadConfig(path, { catalog: ['defect'], env: {} });
    await expect(loading).rejects.toMatchObject({
      problems: expect.arrayContaining([expect.objectContaining({ code })]) as unknown,
    });
  });
});

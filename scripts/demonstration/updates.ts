import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CATALOG_DIR } from '@lineside/models';
import { z } from 'zod';

const run = promisify(execFile);

/** Whom the releases are for. */
export const CUSTOMER = 'demo';
/** The model that gets a new version: bottles are in view all the time, so that a short trial has something to compare. */
const MODEL = 'defect';

const Manifest = z.looseObject({ version: z.string().regex(/^\d+\.\d+\.\d+$/) });
const Added = z.object({ target: z.string() });
const Shown = z.object({
  state: z.string(),
  reason: z.string().nullable(),
  lines: z.array(
    z.object({
      state: z.string(),
      deviceState: z.string().nullable(),
      reason: z.string().nullable(),
      shadow: z.string().nullable(),
    }),
  ),
});

export interface DemoUpdatesParts {
  /** The repository of the project. */
  readonly root: string;
  /** Where the demo keeps its state. */
  readonly dataDir: string;
  readonly collectorData: string;
  readonly configPath: string;
  readonly device: string;
  readonly collectorUrl: () => string;
  readonly say: (text: string) => void;
}

/** One model update and one configuration change, released and rolled out by the collector of the demo. */
export class DemoUpdates {
  readonly #parts: DemoUpdatesParts;

  constructor(parts: DemoUpdatesParts) {
    this.#parts = parts;
  }

  /** Root of trust of the repository, for the appliance's configuration. */
  get rootFile(): string {
    return join(this.#parts.collectorData, 'releases/public/metadata/1.root.json');
  }

  /** Makes the repository where there is none. */
  async prepare(): Promise<void> {
    if (!existsSync(this.rootFile)) await this.#collector('release', 'init', '--customer', CUSTOMER);
  }

  /** Releases both and waits until each is in force, or was taken back; ends early with the signal. */
  async run(signal: AbortSignal): Promise<void> {
    const { say, configPath, dataDir, device } = this.#parts;
    const number = Math.floor(Date.now() / 1000);
    const bundle = join(dataDir, 'next-model');
    await this.#nextBundle(bundle, number);
    say(`  update: ${MODEL} with a new version is published by the collector`);
    const model = Added.parse(await this.#collector('release', 'add-model', bundle, '--customer', CUSTOMER));
    await this.#rollOut(model.target, signal);
    if (signal.aborted) return;
    const changed = join(dataDir, 'next-configuration.yaml');
    const text = await readFile(configPath, 'utf8');
    const seconds = 4 + ((number % 5) + 1) / 10;
    await writeFile(changed, text.replace(/(id: dirty-floor,.*minDuration: )[\d.]+s/, `$1${seconds}s`));
    say(`  update: a configuration in which a spill must be seen for ${seconds} s is published by the collector`);
    const named = ['--name', device, '--release-version', `1.0.${number}`, '--customer', CUSTOMER];
    const file = Added.parse(await this.#collector('release', 'add-config', changed, ...named));
    await this.#rollOut(file.target, signal);
  }

  /** The model that ships, with another version: nothing else may differ, so that the demo's events stay what they are. */
  async #nextBundle(to: string, number: number): Promise<void> {
    await rm(to, { recursive: true, force: true });
    await mkdir(to, { recursive: true });
    await cp(join(CATALOG_DIR, MODEL), to, { recursive: true });
    const path = join(to, 'manifest.json');
    const manifest = Manifest.parse(JSON.parse(await readFile(path, 'utf8')));
    const [major = '1', minor = '0'] = manifest.version.split('.');
    const next = { ...manifest, version: `${major}.${minor}.${number}` };
    await writeFile(path, `${JSON.stringify(next, undefined, 2)}\n`);
  }

  async #rollOut(target: string, signal: AbortSignal): Promise<void> {
    const { device, say, collectorUrl } = this.#parts;
    await this.#collector('release', 'publish');
    const groups = ['--group', `line=${device}`, '--soak', '0s', '--by', 'demo'];
    const { id } = z.object({ id: z.string() }).parse(await this.#collector('rollout', 'start', target, ...groups));
    let last = '';
    while (!signal.aborted) {
      const response = await fetch(`${collectorUrl()}/api/v1/rollouts/${id}`, { signal: AbortSignal.timeout(5_000) });
      const { state, reason, lines } = Shown.parse(await response.json());
      const [line] = lines;
      const now = [line?.deviceState ?? line?.state, line?.shadow, line?.reason].filter((part) => part).join(': ');
      if (now !== last) say(`  update: ${id} ${now.replaceAll('_', ' ')}`);
      last = now;
      if (state === 'done') return;
      if (state === 'failed' || state === 'stopped') {
        say(`  update: ${id} was stopped: ${reason ?? ''}`);
        return;
      }
      await delay(1_000, undefined, { signal }).catch(() => undefined);
    }
  }

  async #collector(...args: readonly string[]): Promise<unknown> {
    const bin = join(this.#parts.root, 'cloud-sync/collector/bin/lineside-collector.js');
    const { stdout } = await run(process.execPath, [bin, ...args, '--data', this.#parts.collectorData, '--json']);
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  }
}

/** The appliance's `updates`: short times, because somebody watches. */
export function updatesText(rootFile: string, device: string): string {
  return `updates:
  repository: collector
  root: ${rootFile}
  customer: ${CUSTOMER}
  configuration: ${device}
  trial: 10s
  trialLimit: 60s
  shadow: {results: 50, limit: 120s}
`;
}

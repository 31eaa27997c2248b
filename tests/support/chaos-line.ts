import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { loadLine } from '@lineside/twin';
import { type Appliance, startAppliance, type Status, unbalanced } from './appliance.ts';
import { CollectorProcess } from './collector-process.ts';
import { lampLine } from './lamp-line.ts';
import {
  commandLineOf,
  descendantsOf,
  FROM_SOURCE,
  isAlive,
  NODE,
  startProcess,
  type TestProcess,
} from './processes.ts';
import { waitFor } from './wait-for.ts';

const TWIN = fileURLToPath(new URL('../../scripts/twin/src/cli/index.ts', import.meta.url));
const LINE = fileURLToPath(new URL('../../scripts/twin/line.yaml', import.meta.url));
const DEVICE = 'line-1';
const TWINS = ['product', 'floor'];
const LAMPS = ['lamp'];

/**
 * A complete line for fault tests: the twin's cameras, collector with broker, appliance, each a process that can be killed and
 * started again in its place. Watches the counters and remembers every process that ever belonged to it.
 */
export class ChaosLine implements AsyncDisposable {
  readonly device = DEVICE;
  readonly cameras: readonly string[] = [...LAMPS, ...TWINS];
  readonly data: string;
  readonly collector: CollectorProcess;
  /** What was wrong with any snapshot that was ever taken. */
  readonly wrong: string[] = [];
  snapshots = 0;
  readonly #folder: string;
  readonly #seen = new Map<number, string>();
  readonly #stop = new AbortController();
  #twin: TestProcess | undefined;
  #twinPort = 0;
  #appliance: Appliance | undefined;
  #config = '';
  #watching: Promise<void> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
    this.data = join(folder, 'edge');
    this.collector = new CollectorProcess(join(folder, 'cloud'));
  }

  get appliance(): Appliance {
    if (this.#appliance === undefined) throw new Error('the appliance does not run');
    return this.#appliance;
  }

  get twin(): TestProcess {
    if (this.#twin === undefined) throw new Error('the twin does not run');
    return this.#twin;
  }

  async start(): Promise<void> {
    await mkdir(join(this.#folder, 'cloud'), { recursive: true });
    await this.collector.start();
    const password = join(this.#folder, 'password');
    await this.collector.admit(DEVICE, password);
    const line = await loadLine(LINE);
    const cameras = line.cameras.filter(({ id }) => TWINS.includes(id));
    const small = { ...line, size: { width: 320, height: 180 }, fps: 5, cameras };
    await writeFile(join(this.#folder, 'twin.yaml'), JSON.stringify(small));
    await this.startTwin();
    const more = Object.fromEntries(TWINS.map((id) => [id, `rtsp://127.0.0.1:${this.#twinPort}/${id}`]));
    const broker = this.collector.mqtt;
    this.#config = await lampLine({ folder: this.#folder, device: DEVICE, lamps: LAMPS, broker, password, more });
    await this.startAppliance();
    this.#watching = this.#watch();
  }

  /** At the port that it had before, when it is started again. */
  async startTwin(): Promise<void> {
    const args = [TWIN, 'run', '--json', '--port', `${this.#twinPort}`, '--line', join(this.#folder, 'twin.yaml')];
    const twin = await startProcess(NODE, [...FROM_SOURCE, ...args]);
    this.#twin = twin;
    const [, port] = await twin.waitForLine(/"url":"rtsp:\/\/127\.0\.0\.1:(\d+)\//);
    this.#twinPort = Number(port);
  }

  async startAppliance(): Promise<void> {
    this.#appliance = await startAppliance({ config: this.#config, data: this.data });
  }

  /** Pids below `root` whose command line fits. Waits until there is one. */
  async find(root: number, pattern: RegExp): Promise<readonly number[]> {
    return waitFor(`a process like ${String(pattern)}`, () => {
      const found = descendantsOf(root).filter((pid) => pattern.test(commandLineOf(pid)));
      return found.length > 0 && found;
    });
  }

  /** Every process that ever belonged to it and is still there. */
  leftOver(): readonly string[] {
    // Process ids are reused: the command line shows whether it is still the same process.
    return [...this.#seen]
      .filter(([pid, command]) => isAlive(pid) && commandLineOf(pid) === command)
      .map(([pid, command]) => `${pid} ${command}`);
  }

  /** Ends the appliance in good order, once it has brought over what it holds. */
  async settle(): Promise<void> {
    await this.appliance.until('the link', ({ link }) => link.state === 'online', { withinMs: 60_000 });
    await this.appliance.until('the pictures to be brought over', ({ evidence }) => evidence.notUploaded <= 1);
    await this.#endWatch();
    await this.appliance.stop();
  }

  async stop(): Promise<void> {
    await this.#endWatch();
    await this.#appliance?.[Symbol.asyncDispose]();
    await this.#twin?.[Symbol.asyncDispose]();
    await this.collector.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #endWatch(): Promise<void> {
    this.#stop.abort();
    await this.#watching;
  }

  async #watch(): Promise<void> {
    let before: { readonly of: Appliance; readonly status: Status } | undefined;
    while (!this.#stop.signal.aborted) {
      this.#remember();
      const of = this.appliance;
      // One that was just killed gives no answer, which is no wrong answer.
      const status = await of.status().catch(() => undefined);
      if (status !== undefined) {
        this.snapshots += 1;
        this.wrong.push(...unbalanced(status.cameras));
        if (before?.of === of) this.wrong.push(...fallen(before.status, status));
        before = { of, status };
      }
      await sleep(300, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
    this.#remember();
  }

  #remember(): void {
    const roots = [this.#appliance?.process.pid, this.#twin?.pid, this.collector.pid];
    for (const root of roots.filter((pid) => pid !== undefined)) {
      for (const pid of [root, ...descendantsOf(root)]) {
        const command = commandLineOf(pid);
        // Between fork and exec a child bears its parent's name.
        if (command !== '') this.#seen.set(pid, command);
      }
    }
  }
}

/** Counters that went down while the appliance lived. */
function fallen(before: Status, after: Status): readonly string[] {
  return after.cameras.flatMap(({ id, models }) =>
    models.flatMap(({ model, counters }) => {
      const old = before.cameras
        .find((camera) => camera.id === id)
        ?.models.find((one) => one.model === model)?.counters;
      if (old === undefined || (counters.offered >= old.offered && counters.inspected >= old.inspected)) return [];
      return [`${id} ${model} fell from ${JSON.stringify(old)} to ${JSON.stringify(counters)}`];
    }),
  );
}

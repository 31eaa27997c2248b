import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { Child } from './child.ts';

const run = promisify(execFile);

const CollectorReady = z.object({ ready: z.literal(true), mqtt: z.string(), http: z.string() });
const TwinReady = z.object({ streams: z.array(z.object({ id: z.string(), url: z.string() })) });
const EdgeReady = z.object({ ready: z.literal(true), page: z.string() });

export const DEVICE = 'demo-line';

export interface LineOptions {
  /** The repository. */
  readonly root: string;
  /** Everything that is kept lies below. */
  readonly dataDir: string;
  /** One line of progress for people. */
  readonly say: (text: string) => void;
  /** Ground truth as the twin reports it. */
  readonly onTruth?: (line: Readonly<Record<string, unknown>>) => void;
}

/**
 * A complete line as separate processes: twin (RTSP cameras), collector with its broker, appliance. Every port is a free
 * one; every credential is made for the run.
 */
export class SimulatedLine {
  readonly #options: LineOptions;
  readonly #children: Child[] = [];
  collectorUrl = '';
  pageUrl = '';
  twin: Child | undefined;
  collector: Child | undefined;
  edge: Child | undefined;

  constructor(options: LineOptions) {
    this.#options = options;
  }

  get edgeData(): string {
    return join(this.#options.dataDir, 'edge');
  }

  get collectorData(): string {
    return join(this.#options.dataDir, 'collector');
  }

  get configPath(): string {
    return join(this.#options.dataDir, 'lineside.yaml');
  }

  /** Starts everything; resolves when the appliance serves its page. */
  async start(): Promise<void> {
    mkdirSync(this.edgeData, { recursive: true });
    mkdirSync(this.collectorData, { recursive: true });
    this.#options.say('starting the collector and its broker');
    const collector = CollectorReady.parse(await this.startCollector());
    this.collectorUrl = collector.http;
    const secret = join(this.#options.dataDir, 'device.password');
    if (!existsSync(secret)) await this.#addDevice(secret);
    this.#options.say('starting three simulated cameras');
    const cameras = await this.startTwin();
    writeFileSync(this.configPath, configText({ cameras, broker: collector.mqtt, secret }));
    this.#options.say('starting the appliance');
    await this.startEdge();
  }

  /** The collector, on the ports it had before when it is started again. */
  async startCollector(): Promise<Readonly<Record<string, unknown>>> {
    const config = join(this.#options.dataDir, 'collector.yaml');
    if (!existsSync(config)) writeFileSync(config, 'mqtt: {listen: "127.0.0.1:0"}\nhttp: {listen: "127.0.0.1:0"}\n');
    const bin = 'cloud-sync/collector/bin/lineside-collector.js';
    this.collector = this.#spawn('collector', [bin, 'run', '--config', config, '--data', this.collectorData, '--json']);
    const ready = await this.collector.line((line) => line['ready'] === true, 30_000);
    const { mqtt, http } = CollectorReady.parse(ready);
    const [broker, page] = [new URL(mqtt).host, new URL(http).host];
    writeFileSync(config, `mqtt: {listen: "${broker}"}\nhttp: {listen: "${page}"}\n`);
    return ready;
  }

  /** The simulated cameras; their URLs by camera. */
  async startTwin(): Promise<Readonly<Record<string, string>>> {
    const args = ['--conditions=source', 'scripts/twin/src/cli/index.ts', 'run', '--port', '0', '--json'];
    this.twin = this.#spawn('twin', args, this.#options.onTruth);
    const { streams } = TwinReady.parse(await this.twin.line((line) => line['type'] === 'streams', 30_000));
    return Object.fromEntries(streams.map(({ id, url }) => [id, url]));
  }

  async startEdge(): Promise<void> {
    const args = ['edge/bin/lineside.js', 'run', '--config', this.configPath, '--data', this.edgeData, '--json'];
    this.edge = this.#spawn('appliance', args);
    this.pageUrl = EdgeReady.parse(await this.edge.line((line) => line['ready'] === true, 60_000)).page;
  }

  /** The first child that ended by itself, if any did. */
  get fallen(): Child | undefined {
    return this.#children.find((child) => !child.running);
  }

  /** Stops the appliance first, so that it can hand over what it still holds. */
  async stop(): Promise<void> {
    await this.edge?.stop(15_000);
    await this.twin?.stop(5_000);
    await this.collector?.stop(10_000);
  }

  logPath(name: string): string {
    return join(this.#options.dataDir, `${name}.log`);
  }

  #spawn(name: string, args: readonly string[], onLine?: (line: Readonly<Record<string, unknown>>) => void): Child {
    const absolute = args.map((arg) =>
      /^(edge|cloud-sync|scripts)\//.test(arg) ? join(this.#options.root, arg) : arg,
    );
    const logPath = this.logPath(name);
    const child = new Child({ name, args: absolute, logPath, ...(onLine === undefined ? {} : { onLine }) });
    this.#children.push(child);
    return child;
  }

  async #addDevice(out: string): Promise<void> {
    const bin = join(this.#options.root, 'cloud-sync/collector/bin/lineside-collector.js');
    await run(process.execPath, [
      bin,
      'device',
      'add',
      DEVICE,
      '--replace',
      '--out',
      out,
      '--data',
      this.collectorData,
      '--json',
    ]);
  }
}

/** The appliance's configuration for the simulated cameras. */
export function configText(facts: {
  cameras: Readonly<Record<string, string>>;
  broker?: string;
  secret?: string;
}): string {
  const { cameras, broker, secret } = facts;
  const camera = (id: string, model: string, zone: string): string =>
    `  - {id: ${id}, url: "${cameras[id] ?? ''}", fps: 5, models: [${model}], zones: [${zone}]}\n`;
  const uplink =
    broker === undefined
      ? ''
      : `uplink:\n  broker: ${broker}\n  username: ${DEVICE}\n  password: "\${file:${secret ?? ''}}"\n`;
  return `# Written by the demo: a simulated line.
device: ${DEVICE}
line: Simulated packing line
cameras:
${camera('product', 'defect', '{id: belt, polygon: [[0.02, 0], [0.98, 0], [0.98, 1], [0.02, 1]]}')}${camera('people', 'ppe', '{id: packing, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]]}')}${camera('floor', 'sanitation', '{id: aisle, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]]}')}rules:
  - {id: no-headwear, type: missing_headwear, camera: people, zone: packing, minDuration: 3s, clearAfter: 2s, severity: critical}
  - {id: product-defect, type: product_defect, camera: product, zone: belt, severity: warning}
  - {id: dirty-floor, type: spill, camera: floor, zone: aisle, minDuration: 4s, clearAfter: 5s, severity: warning}
${uplink}status: {listen: "127.0.0.1:0"}
log: {level: info}
`;
}

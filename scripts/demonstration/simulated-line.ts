import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { textReaderState } from '../../edge/src/reading/index.ts';
import { Child } from './child.ts';

const run = promisify(execFile);

const CollectorReady = z.object({ ready: z.literal(true), mqtt: z.string(), http: z.string() });
const TwinReady = z.object({
  streams: z.array(z.object({ id: z.string(), url: z.string() })),
  plc: z.string().optional(),
});
const Gate = z.object({
  type: z.literal('gate'),
  ...{ due: z.number(), done: z.number(), wrong: z.number(), late: z.number() },
});

/** What the controller's gate did, as the twin knows it. */
export type Rejects = Omit<z.infer<typeof Gate>, 'type'>;
const EdgeReady = z.object({ ready: z.literal(true), page: z.string() });

export const DEVICE = 'demo-line';
/** Of the twin's line, and the one that reads labels. */
export const CAMERAS = ['product', 'people', 'floor', 'labels'] as const;
export type CameraId = (typeof CAMERAS)[number];
/** How long a camera that ended stays away: long enough to be seen on the page. */
const AWAY_MS = 15_000;
/** Four cameras start at once; on a busy machine each takes its time. */
const CAMERA_START_MS = 120_000;
/** Beside them the appliance takes its time too. */
const EDGE_START_MS = 180_000;

interface Camera {
  readonly child: Child;
  readonly url: string;
  unplugged: boolean;
  /** When it is started again. */
  dueMs?: number;
}

export interface LineOptions {
  /** The repository. */
  readonly root: string;
  /** Everything that is kept lies below. */
  readonly dataDir: string;
  /** One line of progress for people. */
  readonly say: (text: string) => void;
  /** More of the appliance's configuration, once the collector runs. */
  readonly moreConfig?: () => Promise<string>;
  /** Ground truth as the twin reports it. */
  readonly onTruth?: (line: Readonly<Record<string, unknown>>) => void;
}

/**
 * A complete line as separate processes: one per camera (RTSP), collector with its broker, appliance. Every port is a
 * free one; every credential is made for the run. A camera that ends is no fault of the line: it comes again.
 */
export class SimulatedLine {
  readonly #options: LineOptions;
  collectorUrl = '';
  pageUrl = '';
  readonly #cameras = new Map<CameraId, Camera>();
  collector: Child | undefined;
  edge: Child | undefined;
  #plc: string | undefined;
  #rejects: Rejects = { due: 0, done: 0, wrong: 0, late: 0 };

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
    this.#options.say('starting four simulated cameras');
    const cameras = await this.startCameras();
    const reader = await textReaderState();
    if (reader.state === 'missing') this.#options.say(`  codes are read, text is not: ${reader.message}`);
    const isRead = reader.state === 'ready';
    const more = (await this.#options.moreConfig?.()) ?? '';
    const text = configText({ cameras, broker: collector.mqtt, secret, text: isRead, plc: this.#plc });
    writeFileSync(this.configPath, text + more);
    this.#options.say('starting the appliance');
    await this.startEdge();
    await this.#arm();
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
  async startCameras(): Promise<Readonly<Record<string, string>>> {
    await Promise.all(CAMERAS.map((id) => this.#startCamera(id, '0')));
    return Object.fromEntries([...this.#cameras].map(([id, { url }]) => [id, url]));
  }

  /** The process of a camera; undefined before it was started. */
  cameraPid(id: CameraId): number | undefined {
    return this.#cameras.get(id)?.child.pid;
  }

  /** Pulls the cable of a camera, or plugs it in again: its connections stay open and say nothing. True when pulled. */
  toggleCable(id: CameraId): boolean {
    const camera = this.#cameras.get(id);
    if (camera === undefined || !camera.child.running) return false;
    camera.unplugged = !camera.unplugged;
    camera.child.signal('SIGUSR2');
    return camera.unplugged;
  }

  /** Starts cameras again that have ended, after a while. To be called often. */
  async restoreCameras(nowMs: number): Promise<void> {
    for (const [id, camera] of this.#cameras) {
      if (camera.child.running) continue;
      if (camera.dueMs === undefined) {
        camera.dueMs = nowMs + AWAY_MS;
        this.#options.say(`  camera ${id} is gone; it comes again in ${AWAY_MS / 1000} s`);
      } else if (nowMs >= camera.dueMs) {
        await this.#startCamera(id, new URL(camera.url).port);
        this.#options.say(`  camera ${id} is back`);
      }
    }
  }

  async #startCamera(id: CameraId, port: string): Promise<void> {
    const twin = ['--conditions=source', 'scripts/twin/src/cli/index.ts', 'run', '--json'];
    const declared = id === 'labels' ? ['--line', 'scripts/twin/labels.yaml'] : [];
    // The camera of the products has the belt, so it has the controller too; at the same port when it comes again.
    const controller = this.#plc === undefined ? '0' : new URL(this.#plc).port;
    const plc = id === 'product' ? ['--plc-port', controller] : [];
    const wanted = ['--camera', id, '--port', port, ...plc, ...declared];
    const child = this.#spawn(`camera-${id}`, [...twin, ...wanted], (line) => this.#take(line));
    const { streams, plc: address } = TwinReady.parse(
      await child.line((line) => line['type'] === 'streams', CAMERA_START_MS),
    );
    const url = streams.find((stream) => stream.id === id)?.url;
    if (url === undefined) throw new Error(`the twin serves no camera ${id}`);
    this.#plc ??= address;
    this.#cameras.set(id, { child, url, unplugged: false });
  }

  /** What the reject gate did so far. */
  get rejects(): Rejects {
    return this.#rejects;
  }

  #take(line: Readonly<Record<string, unknown>>): void {
    const gate = Gate.safeParse(line);
    if (gate.success) {
      const { due, done, wrong, late } = gate.data;
      this.#rejects = { due, done, wrong, late };
    }
    this.#options.onTruth?.(line);
  }

  async startEdge(): Promise<void> {
    const args = ['edge/bin/lineside.js', 'run', '--config', this.configPath, '--data', this.edgeData, '--json'];
    this.edge = this.#spawn('appliance', args);
    this.pageUrl = EdgeReady.parse(await this.edge.line((line) => line['ready'] === true, EDGE_START_MS)).page;
  }

  /** Appliance or collector, where one of them ended by itself. */
  get fallen(): Child | undefined {
    return [this.edge, this.collector].find((child) => child?.running === false);
  }

  /** Stops the appliance first, so that it can hand over what it still holds. */
  async stop(): Promise<void> {
    await this.edge?.stop(15_000);
    await Promise.all([...this.#cameras.values()].map(({ child }) => child.stop(5_000)));
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
    return new Child({ name, args: absolute, logPath, ...(onLine === undefined ? {} : { onLine }) });
  }

  /** As a person would do at the line, after a look at the gate. */
  async #arm(): Promise<void> {
    const verb = ['plant', 'arm', 'gate', '--by', 'demo', '--data', this.edgeData];
    await run(process.execPath, [join(this.#options.root, 'edge/bin/lineside.js'), ...verb]);
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
  /** Printed text can be read here. */
  text?: boolean;
  /** The controller of the line, with its gate. */
  plc?: string | undefined;
}): string {
  const { cameras, broker, secret, text = false, plc } = facts;
  const camera = (id: string, model: string, zone: string, more = ''): string =>
    `  - {id: ${id}, url: "${cameras[id] ?? ''}", fps: 5, ${more}models: [${model}], zones: [${zone}]}\n`;
  const uplink =
    broker === undefined
      ? ''
      : `uplink:\n  broker: ${broker}\n  username: ${DEVICE}\n  password: "\${file:${secret ?? ''}}"\n`;
  return `# Written by the demo: a simulated line.
device: ${DEVICE}
line: Simulated packing line
cameras:
${camera('product', 'defect', '{id: belt, polygon: [[0.02, 0], [0.98, 0], [0.98, 1], [0.02, 1]]}', `delay: ${CAMERA_DELAY}, `)}${camera('people', 'ppe', '{id: packing, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]]}')}${camera('floor', 'sanitation', '{id: aisle, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]]}')}${cameras['labels'] === undefined ? '' : camera('labels', 'defect', '{id: print, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]]}')}rules:
  - {id: no-headwear, type: missing_headwear, camera: people, zone: packing, minDuration: 3s, clearAfter: 2s, severity: critical}
  - {id: product-defect, type: product_defect, camera: product, zone: belt, severity: warning}
  - {id: dirty-floor, type: spill, camera: floor, zone: aisle, minDuration: 4s, clearAfter: 5s, severity: warning}
${cameras['labels'] === undefined ? '' : codeRule(text)}${plc === undefined ? '' : plantText(plc)}${uplink}status: {listen: "127.0.0.1:0"}
log: {level: info}
`;
}

/** From the moment of a simulated picture until its frame is decoded: 100 to 250 ms, by what else the machine does. */
const CAMERA_DELAY = '150ms';

/** What each pack of the twin's `labels.yaml` must carry. The Data Matrix holds the date too, so that it is checked without text. */
function codeRule(text: boolean): string {
  const code =
    "{id: code, kind: code, symbologies: [DataMatrix], gtin: '04601234567893', elements: {'17': '2026-03-16', '10': A7}, region: [0.12, 0.28, 0.88, 0.7]}";
  const date = "{id: date, kind: date, format: DD.MM.YY, date: '2026-03-16', region: [0.17, 0.64, 0.83, 0.77]}";
  const fields = [code, ...(text ? [date] : [])].map((field) => `      - ${field}\n`).join('');
  return `  - id: codes
    type: code_check
    camera: labels
    zone: print
    fields:
${fields}`;
}

/** From the line at three quarters of the picture to the gate, in counts of the encoder: 4 for each unit of 640 in the picture. */
const GATE_COUNTS = (1.5 * 640 - 0.25 * 640) * 4;

/** Signals from the controller, and its gate as output. */
function plantText(plc: string): string {
  return `signals:
  - {id: line-running, type: boolean, source: "${plc}/input:0"}
  - {id: product-code, type: text, source: "${plc}/input:8?type=text&length=8"}
  - {id: bottles, source: "${plc}/input:4?type=uint32"}
  - {id: scale, unit: g, source: "${plc}/input:6?type=float32"}
outputs:
  - id: gate
    camera: product
    rules: [product-defect]
    url: "${plc}"
    reject: coil:0
    results: holding:100
    encoder: {point: "input:2?type=uint32"}
    counts: ${GATE_COUNTS}
    pulse: 200ms
`;
}

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { LINESIDE_COLLECTOR } from './built.ts';
import { addDevice } from './collector.ts';
import { NODE, runProcess, startProcess, type TestProcess } from './processes.ts';
import { waitFor } from './wait-for.ts';

const Ready = z.object({ mqtt: z.string(), http: z.string() });

const StreamSeen = z.object({
  epoch: z.string(),
  stream: z.string(),
  stored: z.number(),
  declaredLost: z.number(),
  missing: z.number(),
  upto: z.number(),
  highest: z.number(),
  head: z.string().nullable(),
});
export type StreamSeen = z.infer<typeof StreamSeen>;
const DeviceSeen = z.object({
  device: z.string(),
  link: z.string(),
  identityConflict: z.boolean(),
  streams: z.array(StreamSeen),
});
export type DeviceSeen = z.infer<typeof DeviceSeen>;

export const EventSeen = z.object({
  device: z.string(),
  event: z.string(),
  kind: z.string(),
  camera: z.string(),
  label: z.string(),
  state: z.enum(['open', 'closed']),
  openedAtMs: z.number(),
  updatedAtMs: z.number(),
  closedAtMs: z.number().nullable(),
  reason: z.string().nullable(),
  durationMs: z.number(),
  openedKnown: z.boolean(),
  box: z.tuple([z.number(), z.number(), z.number(), z.number()]).optional(),
  frame: z.object({ width: z.number(), height: z.number(), index: z.number() }).optional(),
  snapshot: z.object({ sha256: z.string(), stored: z.boolean(), url: z.string() }).nullable(),
});
export type EventSeen = z.infer<typeof EventSeen>;

const Gaps = z.object({
  items: z.array(z.object({ state: z.string() })),
  chainBreaks: z.array(z.unknown()),
  conflicts: z.array(z.unknown()),
});

/** `lineside-collector run` as it ships, on free ports that it keeps when it is started again. */
export class CollectorProcess implements AsyncDisposable {
  readonly data: string;
  readonly #config: string;
  readonly #more: string;
  #process: TestProcess | undefined;
  mqtt = '';
  http = '';

  /** `folder` is its own; `more` is appended to its configuration, `broker: mqtt://...` for instance. */
  constructor(folder: string, more = '') {
    this.data = join(folder, 'data');
    this.#config = join(folder, 'collector.yaml');
    this.#more = more;
  }

  get process(): TestProcess {
    if (this.#process === undefined) throw new Error('the collector does not run');
    return this.#process;
  }

  /** Undefined while it was not started, or was stopped. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  async start(): Promise<void> {
    const listen = (url: string): string => (url === '' ? '127.0.0.1:0' : new URL(url).host);
    const managed = /^broker:/m.test(this.#more) ? '' : `mqtt: {listen: "${listen(this.mqtt)}"}\n`;
    const yaml = `${managed}http: {listen: "${listen(this.http)}"}\ningest: {reorderTimeout: 2s}\n${this.#more}`;
    await writeFile(this.#config, yaml);
    const args = [LINESIDE_COLLECTOR, 'run', '--config', this.#config, '--data', this.data, '--json'];
    const child = await startProcess(NODE, args);
    this.#process = child;
    try {
      const [line] = await child.waitForLine(/^\{"ready":true.*\}$/, 40_000);
      const { mqtt, http } = Ready.parse(JSON.parse(line));
      [this.mqtt, this.http] = [mqtt, http];
    } catch (error) {
      await child[Symbol.asyncDispose]();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.#process?.[Symbol.asyncDispose]();
    this.#process = undefined;
  }

  /** Makes a credential, writes its password to `file`. */
  async admit(device: string, file: string): Promise<void> {
    await writeFile(file, await addDevice(this.data, device), { mode: 0o600 });
  }

  async device(device: string): Promise<DeviceSeen | undefined> {
    const { items } = z.object({ items: z.array(DeviceSeen) }).parse(await this.#get('/api/v1/devices'));
    return items.find((item) => item.device === device);
  }

  /** Every event, oldest first. */
  async events(device: string): Promise<readonly EventSeen[]> {
    const found: EventSeen[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page = z
        .object({ items: z.array(EventSeen), next: z.string().nullable() })
        .parse(await this.#get(`/api/v1/events?device=${device}&limit=500${query}`));
      found.push(...page.items);
      cursor = page.next;
    }
    return found.reverse();
  }

  async picture(sha256: string): Promise<Buffer> {
    const response = await fetch(`${this.http}/api/v1/media/${sha256}`, { signal: AbortSignal.timeout(10_000) });
    if (!response.ok) throw new Error(`picture ${sha256}: ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  }

  async gaps(): Promise<z.infer<typeof Gaps>> {
    return Gaps.parse(await this.#get('/api/v1/gaps'));
  }

  /** The findings of `lineside-collector verify`, whether the collector runs or not. */
  async verify(): Promise<unknown> {
    const args = [LINESIDE_COLLECTOR, 'verify', '--json', '--config', this.#config, '--data', this.data];
    const { stdout, stderr, code } = await runProcess(NODE, args);
    if (stdout === '') throw new Error(`verify ended with ${String(code)}: ${stderr}`);
    return (JSON.parse(stdout) as { findings: unknown }).findings;
  }

  async #get(path: string): Promise<unknown> {
    // One that was just started may not have opened its door yet.
    return waitFor(`the collector to answer ${path}`, async () => {
      const response = await fetch(this.http + path, { signal: AbortSignal.timeout(10_000) });
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      return (await response.json()) as object;
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

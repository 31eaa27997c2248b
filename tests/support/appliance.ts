import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { Stopped } from '../../scripts/demonstration/accounts.ts';
import { LINESIDE } from './built.ts';
import { NODE, startProcess, type TestProcess } from './processes.ts';
import { waitFor, type WaitOptions } from './wait-for.ts';

const Reasons = z.record(z.string(), z.number());
const Ready = z.object({ page: z.string() });
const Problem = z.object({ code: z.string(), message: z.string(), advice: z.string() });
const Counters = z.object({ offered: z.number(), inspected: z.number(), skipped: Reasons, failed: Reasons });

/** The part of GET /api/v1/status that tests look at. */
export const Status = z.object({
  device: z.string(),
  config: z.object({ state: z.string(), problem: z.string().optional() }),
  vision: z.object({ state: z.string(), restarts: z.number(), reason: z.string().optional() }),
  cameras: z.array(
    z.object({
      id: z.string(),
      url: z.string(),
      state: z.string(),
      restarts: z.number(),
      inspecting: z.string(),
      error: Problem.optional(),
      models: z.array(z.object({ model: z.string(), counters: Counters })),
    }),
  ),
  models: z.array(
    z.object({
      id: z.string(),
      state: z.string(),
      provider: z.string().optional(),
      reason: z.string().optional(),
      error: Problem.optional(),
    }),
  ),
  journal: z.object({
    writable: z.boolean(),
    streams: z.array(z.object({ stream: z.string(), queued: z.number(), next: z.number(), acked: z.number() })),
  }),
  link: z.object({ state: z.string(), lastError: z.string().optional() }),
  evidence: z.object({ notUploaded: z.number() }),
  health: z.object({
    word: z.string(),
    ok: z.boolean(),
    reasons: z.array(Problem),
    warnings: z.array(Problem.extend({ camera: z.string().optional() })),
  }),
});
export type Status = z.infer<typeof Status>;
export type CameraSeen = Status['cameras'][number];

export interface ApplianceOptions {
  /** Path of the configuration file, written by `configure`. */
  readonly config: string;
  readonly data: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** `lineside run` as it ships, in a process of its own. */
export class Appliance implements AsyncDisposable {
  readonly process: TestProcess;

  constructor(process: TestProcess) {
    this.process = process;
  }

  /** Where its page is now: a changed configuration may have moved it. */
  get page(): string {
    const newest = this.process.stdout.split('\n').findLast((text) => text.startsWith('{"ready":true'));
    return Ready.parse(JSON.parse(newest ?? '{}')).page;
  }

  async status(): Promise<Status> {
    const response = await fetch(new URL('/api/v1/status', this.page), { signal: AbortSignal.timeout(10_000) });
    return Status.parse(await response.json());
  }

  /** Waits until what `judge` makes of the status is something; returns that. The error contains the last status. */
  async until<T>(
    what: string,
    judge: (status: Status) => T | undefined | false,
    options?: WaitOptions,
  ): Promise<Exclude<T, undefined | null | false>> {
    let last: Status | undefined;
    const probe = async (): Promise<T | undefined | false> => judge((last = await this.status()));
    return waitFor(what, probe, { everyMs: 150, withinMs: 30_000, ...options }).catch((error: unknown) => {
      const tail = this.process.stderr.slice(-3000);
      throw new Error(`${String(error)}\nlast status: ${JSON.stringify(last, null, 1)}\nlog:\n${tail}`);
    });
  }

  /** Waits until each of the cameras was inspected `more` times more than now. */
  async inspects(cameras: readonly string[], more = 3, options?: WaitOptions): Promise<void> {
    const before = inspectedOf(await this.status());
    await this.until(
      `${cameras.join(', ')} to be inspected`,
      (status) => {
        const now = inspectedOf(status);
        return cameras.every((id) => (now.get(id) ?? 0) >= (before.get(id) ?? 0) + more);
      },
      options,
    );
  }

  /** Lines of the log with this message. */
  logged(message: string | RegExp): readonly Readonly<Record<string, unknown>>[] {
    return this.process.stderr.split('\n').flatMap((text) => {
      if (!text.startsWith('{') || !text.endsWith('}')) return [];
      const line = JSON.parse(text) as Readonly<Record<string, unknown>>;
      const logged = String(line['msg']);
      return (typeof message === 'string' ? logged.includes(message) : message.test(logged)) ? [line] : [];
    });
  }

  /** Stops it in good order and returns its last snapshot. Throws where the exit status is not 0. */
  async stop(): Promise<Stopped> {
    this.process.kill();
    const { code, signal } = await this.process.waitForExit(40_000);
    if (code !== 0) throw new Error(`the appliance ended with ${code ?? signal}:\n${this.process.stderr.slice(-3000)}`);
    const last = this.process.stdout.split('\n').findLast((text) => text.startsWith('{"stopped":true'));
    return Stopped.parse(JSON.parse(last ?? '{}'));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.process[Symbol.asyncDispose]();
  }
}

/** Starts it and waits until its page is served. */
export async function startAppliance({ config, data, env }: ApplianceOptions): Promise<Appliance> {
  const args = [LINESIDE, 'run', '--config', config, '--data', data, '--json'];
  const child = await startProcess(NODE, args, env === undefined ? {} : { env });
  try {
    await child.waitForLine(/^\{"ready":true.*\}$/, 60_000);
    return new Appliance(child);
  } catch (error) {
    await child[Symbol.asyncDispose]();
    throw error;
  }
}

/** Writes a configuration; JSON is YAML. */
export async function configure(path: string, config: object): Promise<string> {
  await writeFile(path, JSON.stringify(config, null, 2));
  return path;
}

/** Cameras and models whose numbers do not add up: offered = inspected + skipped + failed. */
export function unbalanced(cameras: readonly Pick<CameraSeen, 'id' | 'models'>[]): readonly string[] {
  const sum = (reasons: Readonly<Record<string, number>>): number => Object.values(reasons).reduce((a, b) => a + b, 0);
  return cameras.flatMap(({ id, models }) =>
    models
      .filter(({ counters: c }) => c.offered !== c.inspected + sum(c.skipped) + sum(c.failed))
      .map(({ model, counters }) => `${id} ${model} ${JSON.stringify(counters)}`),
  );
}

/** Frames inspected by camera, over all its models. */
function inspectedOf(status: Status): ReadonlyMap<string, number> {
  return new Map(
    status.cameras.map(({ id, models }) => [id, models.reduce((all, { counters }) => all + counters.inspected, 0)]),
  );
}

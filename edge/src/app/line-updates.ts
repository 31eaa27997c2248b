import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { opensInMs, TokenBucket } from '@lineside/uplink';

import {
  Backoff,
  type Clock,
  isAbort,
  type Logger,
  messageOf,
  type Service,
  unlessAbort,
  writeFileAtomic,
} from '@lineside/kit';
import { FolderSource, HttpSource, MetadataCache, TrustedRepository } from '@lineside/models/trust';
import { CATALOG_DIR, catalogIds } from '@lineside/models';
import { checkConfig, ConfigError, type LoadedConfig } from '../config/index.ts';
import type { Journal } from '../journal/index.ts';
import {
  BundleStore,
  type FileSource,
  FolderFiles,
  HttpFiles,
  isOver,
  makeUpdateFolder,
  ObjectStore,
  reconcile,
  TwoPlaceFloor,
  type UpdatableConfiguration,
  UpdateError,
  UpdateJournal,
  UpdateMachine,
  type UpdateOrigin,
  type UpdateRecord,
  type WantedRelease,
} from '../updates/index.ts';
import type { AuditLog } from './audit-log.ts';
import { DesiredReleases } from './desired-releases.ts';
import type { Inspection } from './inspection.ts';
import type { LineSignals } from './line-signals.ts';
import { lineUnderUpdate } from './line-under-update.ts';
import { proveBundle } from './prove-bundle.ts';

/** Folder of updates in the data folder. */
export function updatesFolder(dataDir: string): string {
  return join(dataDir, 'updates');
}

/** Puts right what a power cut left half-way; to be called before models are looked up. */
export async function reconcileUpdates(dataDir: string, log: Logger): Promise<void> {
  const folder = updatesFolder(dataDir);
  for (const repair of await reconcile(new UpdateJournal(folder), new BundleStore(dataDir, folder))) {
    log.warn({ repair }, 'an update that was interrupted was put right');
  }
}

export interface LineUpdatesParts {
  readonly loaded: () => LoadedConfig;
  /** Why the file on disk is not in use. */
  readonly configProblem: () => string | undefined;
  readonly configPath: string;
  readonly dataDir: string;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly inspection: Inspection;
  readonly signals: LineSignals;
  readonly audit: () => AuditLog;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}

/** State of updates for people and programs. */
export interface UpdatesView {
  readonly configured: boolean;
  readonly current: object | null;
  readonly waiting: readonly string[];
  readonly models: Readonly<Record<string, object>>;
  readonly history: readonly object[];
}

const LOOK_MS = 500;
const BASELINE_MS = 20_000;
const NOTE = 'update_floor';
const RETRY = { firstMs: 30_000, maxMs: 1_800_000 } as const;

/** Installs the releases that are wanted, one after the other, while the line runs. */
export class LineUpdates implements Service {
  readonly name = 'updates';
  /** Takes desired documents. */
  readonly desired: DesiredReleases;
  readonly #parts: LineUpdatesParts;
  readonly #journal: UpdateJournal;
  readonly #bundles: BundleStore;
  readonly #machine: UpdateMachine;
  readonly #queue: WantedRelease[] = [];
  #wake = new AbortController();

  constructor(parts: LineUpdatesParts) {
    this.#parts = parts;
    const folder = updatesFolder(parts.dataDir);
    this.#journal = new UpdateJournal(folder);
    this.#bundles = new BundleStore(parts.dataDir, folder);
    const { clock, log, version, inspection, signals, loaded } = parts;
    const { config } = loaded();
    const trialMs = config.updates?.trial.ms ?? 600_000;
    this.#machine = new UpdateMachine({
      ...{ folder, journal: this.#journal, bundles: this.#bundles, clock, log },
      objects: new ObjectStore(join(folder, 'objects')),
      times: { baselineMs: Math.min(BASELINE_MS, trialMs), trialMs, lookMs: LOOK_MS },
      ports: {
        ...{ device: config.device, version },
        open: (origin) => this.#open(origin),
        limit: this.#limit(),
        prove: (dir, signal) => proveBundle(dir, loaded().config, signal),
        line: lineUnderUpdate({ loaded, inspection, signals, clock }),
        configuration: this.#configuration(),
        audit: (action, details) => parts.audit().write(action, { ...details }),
      },
    });
    this.desired = new DesiredReleases({
      ...{ journal: this.#journal, bundles: this.#bundles, log },
      want: (target) => this.want({ target, origin: { kind: 'repository' } }),
    });
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, random, log } = this.#parts;
    await makeUpdateFolder(updatesFolder(this.#parts.dataDir));
    const backoff = new Backoff({ ...RETRY, random });
    while (!signal.aborted) {
      try {
        await this.desired.reconcile();
        await this.#machine.resume(signal);
        const next = this.#queue.shift();
        if (next === undefined) await this.#sleep(RETRY.maxMs, signal);
        else await this.#machine.install(next, signal);
        backoff.reset();
      } catch (error) {
        if (isAbort(error)) continue;
        const waitMs = backoff.next();
        log.warn({ err: messageOf(error), againInMs: waitMs }, 'an update could not go on and is tried again');
        await clock.sleep(waitMs, AbortSignal.any([signal, this.#wake.signal])).catch(unlessAbort);
      }
    }
  }

  /** Installs a release when its turn comes; one that is waiting already is not queued twice. */
  want(wanted: WantedRelease): void {
    if (this.#queue.some(({ target, origin }) => target === wanted.target && origin.kind === wanted.origin.kind))
      return;
    this.#queue.push(wanted);
    this.#wake.abort();
    this.#wake = new AbortController();
  }

  /** Installs what a folder, such as a stick, holds for this device; gives the names. Throws TrustError or UpdateError. */
  async installFrom(folder: string, only: string | undefined): Promise<readonly string[]> {
    const signal = AbortSignal.timeout(120_000);
    const origin: UpdateOrigin = { kind: 'folder', path: folder };
    const { repository } = await this.#open(origin);
    const { device, updates } = this.#parts.loaded().config;
    const listed = await repository.list(signal);
    const meant = listed.filter(
      ({ target, custom }) =>
        (only === undefined ? custom.kind === 'model' || custom.id === updates?.configuration : target === only) &&
        (custom.devices === undefined || custom.devices.includes(device)),
    );
    if (meant.length === 0) {
      throw new UpdateError('update_not_for_this_device', `${folder} holds no release for this device`);
    }
    this.#parts.audit().write('update_from_folder', { folder, releases: meant.map(({ target }) => target).join(' ') });
    for (const { target } of meant) this.want({ target, origin });
    return meant.map(({ target }) => target);
  }

  /** Back to the version of a model before its update. Throws UpdateError `update_no_previous`. */
  async rollback(id: string): Promise<{ readonly state: string; readonly from: string; readonly to: string }> {
    const { state, bundle = '', before } = await this.#machine.rollback(id);
    return { state, from: bundle, to: before?.kind === 'update' ? before.bundle : 'catalog' };
  }

  async view(): Promise<UpdatesView> {
    const { current, history, bundles } = await this.#journal.read();
    const models: Record<string, object> = {};
    for (const [id, bundle] of await this.#bundles.pointers()) {
      models[id] = {
        bundle,
        version: bundles[bundle]?.release.version ?? null,
        before: bundles[bundle]?.before ?? null,
      };
    }
    const { progress } = this.#machine;
    const shown = current === undefined ? null : { ...summary(current), ...(progress && { progress }) };
    return {
      configured: this.#parts.loaded().config.updates !== undefined,
      current: shown !== null && current !== undefined && isOver(current) ? null : shown,
      waiting: this.#queue.map(({ target }) => target),
      models,
      history: history.map(summary),
    };
  }

  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    await this.#parts.clock.sleep(ms, AbortSignal.any([signal, this.#wake.signal])).catch(unlessAbort);
  }

  async #open(origin: UpdateOrigin): Promise<{ repository: TrustedRepository; files: FileSource }> {
    const { loaded, journal, dataDir, clock } = this.#parts;
    const { config, baseDir } = loaded();
    const { updates } = config;
    if (updates === undefined)
      throw new UpdateError('update_not_configured', 'no updates are configured on this device');
    if (origin.kind === 'repository' && updates.repository === undefined) {
      throw new UpdateError('update_not_configured', 'updates.repository is not set');
    }
    const at = origin.kind === 'folder' ? origin.path : (updates.repository ?? '');
    const isWeb = origin.kind === 'repository' && /^https?:/.test(at);
    const folder = updatesFolder(dataDir);
    const note = { read: () => journal.note(NOTE), write: (text: string) => journal.setNote(NOTE, text) };
    const place = isAbsolute(at) ? at : resolve(baseDir, at);
    const repository = new TrustedRepository({
      source: isWeb ? new HttpSource(at) : new FolderSource(place),
      cache: new MetadataCache(join(folder, 'metadata')),
      floor: new TwoPlaceFloor(note, join(folder, 'floor.json'), () => journal.trustedWallMs()),
      root: await readRoot(resolve(baseDir, updates.root)),
      customer: updates.customer,
      nowMs: () => clock.wallMs(),
    });
    return { repository, files: isWeb ? new HttpFiles(at) : new FolderFiles(place) };
  }

  /** Downloads keep to the limit and the hours of the uplink. */
  #limit() {
    const { clock, loaded } = this.#parts;
    const { uplink } = loaded().config;
    const rate = uplink?.bandwidthLimit?.bytesPerS ?? Number.POSITIVE_INFINITY;
    const bucket = new TokenBucket(rate, clock.monoMs());
    const window = uplink === undefined || uplink.mediaWindow === 'always' ? undefined : uplink.mediaWindow;
    return {
      spend: (bytes: number, nowMs: number) => bucket.spend(bytes, nowMs),
      waitMs: (nowMs: number) =>
        Math.max(bucket.waitMs(nowMs), window === undefined ? 0 : opensInMs(window, clock.wallMs())),
    };
  }

  #configuration(): UpdatableConfiguration {
    const { loaded, configPath, configProblem, env } = this.#parts;
    const { updates } = loaded().config;
    return {
      series: updates?.configuration,
      onLocalChange: updates?.onLocalChange ?? 'refuse',
      text: () => readFile(configPath, 'utf8'),
      problem: async (text) => {
        const catalog = [
          ...new Set([...(await catalogIds(CATALOG_DIR)), ...(await catalogIds(join(this.#parts.dataDir, 'models')))]),
        ];
        try {
          const { config } = checkConfig(text, { catalog, env, path: configPath, baseDir: dirname(configPath) });
          const { device } = loaded().config;
          return config.device === device ? undefined : `it is for ${config.device}, and this device is ${device}`;
        } catch (error) {
          if (error instanceof ConfigError) return error.message;
          throw error;
        }
      },
      write: (text) => writeFileAtomic(configPath, text),
      inForce: (text) => {
        if (loaded().text === text) return true;
        return configProblem() ?? false;
      },
    };
  }
}

async function readRoot(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new UpdateError('update_not_configured', `updates.root cannot be read: ${messageOf(error)}`, error);
  }
}

function summary({
  target,
  origin,
  state,
  sinceMs,
  beganMs,
  attempts,
  counter,
  reason,
  proof,
  before,
  release,
}: UpdateRecord) {
  return {
    ...{ target, origin: origin.kind, state, sinceMs, beganMs, attempts },
    ...(release === undefined ? {} : { kind: release.kind, id: release.id, version: release.version }),
    ...(counter === undefined ? {} : { counter }),
    ...(before === undefined ? {} : { before: before.kind === 'update' ? before.bundle : 'catalog' }),
    ...(proof === undefined ? {} : { proof }),
    ...(reason === undefined ? {} : { reason }),
  };
}

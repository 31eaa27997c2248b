import { join } from 'node:path';
import {
  Backoff,
  type Clock,
  isAbort,
  type Logger,
  messageOf,
  type Service,
  systemCode,
  unlessAbort,
} from '@lineside/kit';
import type { UpdateReport } from '@lineside/protocol';
import { machineZone } from '@lineside/protocol/coverage';
import { type CarriedResult, writeCarried } from '@lineside/uplink';
import { type LoadedConfig, shiftPlanOf } from '../config/index.ts';
import type { EvidenceStore } from '../evidence/index.ts';
import type { Journal } from '../journal/index.ts';
import type { UpdateView } from '../status/index.ts';
import {
  BundleStore,
  isOver,
  makeUpdateFolder,
  ObjectStore,
  reconcile,
  UpdateError,
  UpdateJournal,
  UpdateMachine,
  type UpdateOrigin,
  type WantedRelease,
} from '../updates/index.ts';
import type { AuditLog } from './audit-log.ts';
import { DesiredReleases } from './desired-releases.ts';
import type { Inspection } from './inspection.ts';
import { lineShadow } from './line-shadow.ts';
import type { LineSignals } from './line-signals.ts';
import { lineUnderUpdate } from './line-under-update.ts';
import { proveBundle } from './prove-bundle.ts';
import { ReleaseQueue } from './release-queue.ts';
import { updatableConfiguration } from './update-configuration.ts';
import { updateReport } from './update-report.ts';
import { openUpdateSource, updateLimit } from './update-sources.ts';
import { conflictInBrief, updateInBrief, type UpdatesView, updatesView } from './updates-view.ts';
import type { UplinkService } from './uplink-service.ts';

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
  /** The text with which the line runs, after all steps of the change to it. */
  readonly textInForce: () => string;
  /** Why the file on disk is not in use. */
  readonly configProblem: () => string | undefined;
  readonly configPath: string;
  readonly dataDir: string;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly inspection: Inspection;
  readonly signals: LineSignals;
  readonly audit: () => AuditLog;
  readonly uplink: () => UplinkService | undefined;
  readonly journal: Journal;
  /** Pictures and clips, of which some were not delivered. */
  readonly evidence: EvidenceStore;
  /** With which the heads of its chains are signed. */
  readonly publicKey: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}

const LOOK_MS = 500;
const BASELINE_MS = 20_000;
const CARRY_MS = 1_500_000;
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
  readonly #queue = new ReleaseQueue(() => this.refresh());
  #wake = new AbortController();
  /** Ends what is going on, where it is not wanted any more. */
  #going = new AbortController();
  #report: UpdateReport | undefined;
  #reporting: Promise<void> = Promise.resolve();

  constructor(parts: LineUpdatesParts) {
    this.#parts = parts;
    const folder = updatesFolder(parts.dataDir);
    this.#journal = new UpdateJournal(folder);
    this.#bundles = new BundleStore(parts.dataDir, folder);
    const { clock, log, version, inspection, signals, loaded, dataDir, uplink } = parts;
    const { config } = loaded();
    const trialMs = config.updates?.trial.ms ?? 600_000;
    const { enabled, results, limit } = config.updates?.shadow ?? { enabled: false, results: 0, limit: { ms: 0 } };
    const shadow = enabled ? { results, limitMs: limit.ms } : undefined;
    const limitMs = Math.max(trialMs, config.updates?.trialLimit.ms ?? trialMs);
    const notCompared = config.updates?.notCompared ?? 'afterShadow';
    this.#machine = new UpdateMachine({
      ...{ folder, journal: this.#journal, bundles: this.#bundles, clock, log },
      objects: new ObjectStore(join(folder, 'objects')),
      times: { baselineMs: Math.min(BASELINE_MS, trialMs), trialMs, limitMs, notCompared, lookMs: LOOK_MS, shadow },
      ports: {
        ...{ device: config.device, version },
        open: (origin) => this.#open(origin),
        limit: updateLimit(parts),
        prove: (dir, signal) => proveBundle(dir, loaded().config, signal),
        line: lineUnderUpdate({ loaded, inspection, signals, clock }),
        shadow: (id, dir) => lineShadow({ loaded, dataDir, inspection, clock, log }, id, dir),
        configuration: updatableConfiguration({ ...parts, connected: () => uplink()?.isOnline }),
        audit: (action, details) => parts.audit().write(action, { ...details }),
      },
    });
    this.desired = new DesiredReleases({
      ...{ journal: this.#journal, bundles: this.#bundles, log },
      want: (target, revision) => this.want({ target, origin: { kind: 'repository' }, revision }),
      changed: () => this.#dropUnwanted(),
    });
  }

  async run(signal: AbortSignal): Promise<void> {
    await makeUpdateFolder(updatesFolder(this.#parts.dataDir));
    const stop = this.#journal.onChange(() => this.refresh());
    const backoff = new Backoff({ ...RETRY, random: this.#parts.random });
    this.refresh();
    try {
      while (!signal.aborted) await this.#turn(signal, backoff);
    } finally {
      stop();
      await this.#reporting;
    }
  }

  async #turn(signal: AbortSignal, backoff: Backoff): Promise<void> {
    const { log } = this.#parts;
    this.#going = new AbortController();
    const until = AbortSignal.any([signal, this.#going.signal]);
    try {
      await this.desired.reconcile();
      if (await this.#isUnwanted()) await this.#machine.abandon('it is not wanted any more');
      const next = await this.#queue.next(() => this.desired.review());
      // What waits for a repository makes way for what is next.
      if (next === undefined) {
        await this.#machine.resume(until);
        await this.desired.reconcile();
        if (this.#queue.isEmpty) await this.#sleep(RETRY.maxMs, signal);
      } else await this.#machine.install(next, until);
      backoff.reset();
    } catch (error) {
      if (isAbort(error)) return;
      // Another release may come from elsewhere.
      const waitMs = this.#queue.isEmpty ? backoff.next() : RETRY.firstMs;
      log.warn({ err: messageOf(error), againInMs: waitMs }, 'an update could not go on and is tried again');
      await this.#sleep(waitMs, signal);
    }
  }

  /** Installs a release when its turn comes; one that is waiting already is not queued twice. */
  want(wanted: WantedRelease): void {
    this.#queue.add(wanted);
    this.#wakeUp();
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
    return updatesView({
      configured: this.#parts.loaded().config.updates !== undefined,
      document: await this.#journal.read(),
      pointers: await this.#bundles.pointers(),
      waiting: this.#queue.targets,
      progress: this.#machine.progress,
      desired: this.desired.status(),
      report: this.#report,
    });
  }

  /** The one that is going on, or waits, for the status of the line. */
  brief(): UpdateView | undefined {
    return updateInBrief(this.report());
  }

  /** A release of the configuration that contradicts the file, for the status of the line. */
  conflict(): ReturnType<typeof conflictInBrief> {
    return conflictInBrief(this.#report);
  }

  /** Writes what was not delivered, and what is installed, to a folder such as a stick. */
  async carry(folder: string): Promise<CarriedResult> {
    const { loaded, journal, evidence, clock, version, audit, publicKey } = this.#parts;
    const { config } = loaded();
    await this.#reporting;
    const done = await writeCarried(
      {
        ...{ outbox: journal, media: evidence, line: config.line, version, publicKey, clock, updates: this.report() },
        shifts: shiftPlanOf(config, machineZone()),
      },
      folder,
      AbortSignal.timeout(CARRY_MS),
    ).catch((error: unknown) => {
      if (systemCode(error) === undefined) throw error;
      throw new UpdateError('update_folder_unwritable', `${folder} cannot be written: ${messageOf(error)}`, error);
    });
    const { records, left, media } = done;
    audit().write('journal_carried', { folder, records, left, pictures: media.files, picturesLeft: media.left });
    return done;
  }

  /** For the reported document: as it was at the last change, with the progress of now. */
  report(): UpdateReport | undefined {
    const { progress } = this.#machine;
    if (this.#report === undefined || progress === undefined) return this.#report;
    const { bytes, of } = progress;
    const updates = this.#report.updates.map((one) =>
      one.target === progress.target ? { ...one, progress: { bytes, of } } : one,
    );
    return { ...this.#report, updates };
  }

  /** Something that the report shows has changed: the state, or the file of the configuration. */
  refresh(): void {
    this.#reporting = this.#reporting
      .then(() => this.#refresh())
      .catch((error: unknown) => {
        this.#parts.log.error({ err: messageOf(error) }, 'the state of updates could not be read for the report');
      });
  }

  async #refresh(): Promise<void> {
    const { loaded, uplink } = this.#parts;
    if (loaded().config.updates === undefined) return;
    const pointers = await this.#bundles.pointers();
    this.#report = updateReport(await this.#journal.read(), pointers, this.#queue.targets, loaded().text);
    await this.desired.review();
    uplink()?.reportSoon();
  }

  /** A new document names what is wanted now; the rest is given up, unless it is on the line already. */
  async #dropUnwanted(): Promise<void> {
    const { desired } = await this.#journal.read();
    this.#queue.keep(desired?.targets ?? []);
    if (await this.#isUnwanted()) this.#going.abort();
    this.#wakeUp();
  }

  /** Whether a document named what is going on, and the newest one does not. */
  async #isUnwanted(): Promise<boolean> {
    const { desired, current } = await this.#journal.read();
    if (current?.revision === undefined || isOver(current) || desired === undefined) return false;
    return !desired.targets.includes(current.target) && current.state !== 'trial' && current.state !== 'rolling_back';
  }

  #wakeUp(): void {
    this.#wake.abort();
    this.#wake = new AbortController();
  }

  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    await this.#parts.clock.sleep(ms, AbortSignal.any([signal, this.#wake.signal])).catch(unlessAbort);
  }

  #open(origin: UpdateOrigin): ReturnType<typeof openUpdateSource> {
    const { loaded, dataDir, journal, clock, uplink } = this.#parts;
    const collector = () => uplink()?.mediaTarget;
    return openUpdateSource({ loaded, folder: updatesFolder(dataDir), journal, collector, clock }, origin);
  }
}

import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, isAbort, LinesideError, type Logger, messageOf, writeFileAtomic } from '@lineside/kit';
import type { ConfigurationRelease, ModelRelease, TrustedTarget } from '@lineside/models/trust';
import type { BundleStore } from './bundle-store.ts';
import { UpdateError } from './errors.ts';
import { judgeTrial } from './judge-trial.ts';
import type { ObjectStore } from './object-store.ts';
import type { UpdatePorts, WantedRelease } from './ports.ts';
import { isOver, type UpdateJournal, type UpdateRecord, type UpdateStateName } from './update-journal.ts';

export interface UpdateMachineOptions {
  readonly folder: string;
  readonly ports: UpdatePorts;
  readonly journal: UpdateJournal;
  readonly bundles: BundleStore;
  readonly objects: ObjectStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly times: UpdateTimes;
  /** Bytes of a download between two syncs of the disk; of `downloadFile` where left out. */
  readonly syncEvery?: number;
}

export interface UpdateTimes {
  /** How long the line is watched before a swap, to compare the trial with. */
  readonly baselineMs: number;
  /** How long an update is on trial; ten times as long where cameras give too few results to judge by. */
  readonly trialMs: number;
  /** How often the line is looked at. */
  readonly lookMs: number;
  /** Frames that a new model inspects beside the current one, and for how long it does so at most; undefined for no shadow. */
  readonly shadow?: { readonly results: number; readonly limitMs: number } | undefined;
}

const TRIAL_TIMES = 10;
/** A model that does not run for so long during its trial has failed. */
const FAILED_MS = 30_000;
const IN_FORCE_MS = 60_000;
const PROGRESS_EVERY_MS = 1_000;
/** For a model to give its first result after the swap; from then on its trial counts. */
const READY_MS = 60_000;
const READY_TIMES = 5;
/** For a camera to deliver again after a change of the configuration, beyond the trial. */
const CONNECT_MS = 60_000;
const SHADOW_PUT_MS = 10_000;
/** Worth trying again by itself: nothing is wrong with the release. */
const TRY_AGAIN = new Set(['update_source_unreachable', 'update_download_failed']);

/** Hash by which the text of a configuration is known. */
export function textHash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * Takes one release through its states. Each state is durable before its action begins, and each action can be repeated, so that
 * a power cut at any moment is continued or taken back at the next start.
 */
export class UpdateMachine {
  readonly #options: UpdateMachineOptions;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: UpdateMachineOptions) {
    this.#options = options;
  }

  /**
   * Installs a release; resolves when it is committed, taken back or refused. Rejects where the repository cannot be reached: then
   * `resume` goes on later. One after the other.
   */
  install({ target, origin, revision }: WantedRelease, signal: AbortSignal): Promise<UpdateRecord> {
    return this.#inTurn(async () => {
      const now = this.#options.clock.wallMs();
      const { current } = await this.#options.journal.read();
      const begun = current?.target === target && current.origin.kind === origin.kind ? current : undefined;
      // What waits for its repository makes way, and is wanted again by whoever wanted it.
      if (current !== undefined && begun === undefined && !isWaiting(current)) {
        await this.#over(current, 'failed', { code: 'update_superseded', message: `${target} was wanted instead` });
      }
      const record: UpdateRecord = begun ?? {
        ...{ target, origin, state: 'downloading', sinceMs: now, beganMs: now, attempts: 0, trialStarts: 0 },
        ...(revision === undefined ? {} : { revision }),
      };
      return this.#run({ ...record, attempts: record.attempts + 1 }, signal);
    });
  }

  /** Goes on with what was interrupted; undefined where nothing was. Rejects like `install`. */
  resume(signal: AbortSignal): Promise<UpdateRecord | undefined> {
    return this.#inTurn(async () => {
      const { current } = await this.#options.journal.read();
      return current === undefined ? undefined : this.#run({ ...current, attempts: current.attempts + 1 }, signal);
    });
  }

  /** Gives up what is not on the line yet; undefined where nothing is, or it is too far for that. */
  abandon(message: string): Promise<UpdateRecord | undefined> {
    return this.#inTurn(async () => {
      const { current } = await this.#options.journal.read();
      if (current === undefined || !isBeforeTrial(current)) return undefined;
      return this.#over(current, 'failed', { code: 'update_superseded', message });
    });
  }

  /** Back to what ran before the update of a model, without any network. Throws UpdateError `update_no_previous`. */
  rollback(id: string): Promise<UpdateRecord> {
    return this.#inTurn(async () => {
      const { journal, bundles, ports, clock } = this.#options;
      const pointer = await bundles.pointer(id);
      const kept = pointer.kind === 'update' ? (await journal.read()).bundles[pointer.bundle] : undefined;
      if (pointer.kind !== 'update' || kept?.before === undefined) {
        throw new UpdateError('update_no_previous', `${id} has no earlier version on this device`);
      }
      const now = clock.wallMs();
      const record: UpdateRecord = {
        ...{ target: kept.target, origin: { kind: 'repository' as const }, sinceMs: now, beganMs: now },
        ...{ attempts: 1, trialStarts: 0, release: kept.release, bundle: pointer.bundle, before: kept.before },
        state: 'rolling_back',
        reason: { code: 'asked', message: 'a person went back to the version before' },
      };
      // What was interrupted for this goes on afterwards, unless it is what is left here.
      const { current } = await journal.read();
      const interrupted = current?.target === kept.target ? undefined : current;
      await journal.put(record);
      ports.audit('update_rollback_asked', { model: id, from: pointer.bundle });
      const done = await this.#run(record, new AbortController().signal);
      if (interrupted !== undefined) await journal.put(interrupted);
      return done;
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #run(record: UpdateRecord, signal: AbortSignal): Promise<UpdateRecord> {
    let now = record;
    while (!isOver(now)) {
      signal.throwIfAborted();
      try {
        now = await this.#step(now, signal);
      } catch (error) {
        now = await this.#failed((await this.#options.journal.read()).current ?? now, error, signal);
      }
    }
    return now;
  }

  async #step(record: UpdateRecord, signal: AbortSignal): Promise<UpdateRecord> {
    switch (record.state) {
      case 'downloading':
        return this.#download(record, signal);
      case 'verified':
        return this.#stage(record, signal);
      case 'staged':
        return this.#goOn(record, 'shadow');
      case 'shadow':
        return this.#begin(await this.#compare(record, signal), signal);
      case 'trial':
        return this.#try(record, signal);
      case 'rolling_back':
        return this.#back(record);
      default:
        throw new Error(`nothing follows ${record.state}`);
    }
  }

  async #download(record: UpdateRecord, signal: AbortSignal): Promise<UpdateRecord> {
    const { ports, objects, clock, journal, syncEvery } = this.#options;
    await this.#goOn(record, 'downloading');
    const { repository, files } = await ports.open(record.origin);
    const target = await repository.find(record.target, signal);
    this.#assertMeant(target);
    const release = await repository.release(target, signal);
    await repository.accept(target);
    let shownMs = clock.monoMs();
    const onProgress = (bytes: number, of: number): void => {
      if (clock.monoMs() - shownMs < PROGRESS_EVERY_MS) return;
      shownMs = clock.monoMs();
      this.#progress = { target: record.target, bytes, of };
    };
    const options = { source: files, clock, ...limitOf(ports), onProgress };
    try {
      await objects.fetch(release.files, { ...options, ...(syncEvery === undefined ? {} : { syncEvery }) }, signal);
    } finally {
      this.#progress = undefined;
    }
    const bundle = `${release.id}-${release.version}-${target.sha256.slice(0, 8)}`;
    const begun = (await journal.read()).current ?? record;
    return this.#goOn({ ...begun, release, bundle, counter: target.custom.counter }, 'verified');
  }

  #progress: { readonly target: string; readonly bytes: number; readonly of: number } | undefined;

  /** How far the download of now is. */
  get progress(): { readonly target: string; readonly bytes: number; readonly of: number } | undefined {
    return this.#progress;
  }

  async #stage(record: UpdateRecord, signal: AbortSignal): Promise<UpdateRecord> {
    const { ports, bundles, objects } = this.#options;
    const { release, bundle } = complete(record);
    if (release.kind === 'configuration') {
      const text = await this.#configurationText(release);
      const problem = await ports.configuration.problem(text);
      if (problem !== undefined) throw new UpdateError('update_configuration_refused', problem);
      await this.#assertNoLocalChange();
      return this.#goOn(record, 'staged');
    }
    if ((await bundles.pointer(release.id)).kind === 'local') {
      throw new UpdateError('update_local_model', `${release.id} was imported or taught on this device`);
    }
    await bundles.assemble(bundle, release, objects);
    const proof = await ports.prove(bundles.path(bundle), signal);
    return this.#goOn({ ...record, proof: { ...proof } }, 'staged');
  }

  /** Runs a new model beside the current one until enough was seen. Throws UpdateError `update_shadow_refused`. */
  async #compare(record: UpdateRecord, signal: AbortSignal): Promise<UpdateRecord> {
    const { ports, bundles, clock, times, journal } = this.#options;
    const { release, bundle } = complete(record);
    if (release.kind !== 'model' || record.shadow?.verdict !== undefined) return record;
    const shadow = times.shadow && (await ports.shadow?.(release.id, bundles.path(bundle)));
    if (times.shadow === undefined || shadow === undefined) return record;
    const beganMs = clock.monoMs();
    let putMs = beganMs;
    try {
      for (;;) {
        await clock.sleep(times.lookMs, signal);
        const figures = shadow.figures();
        const failure = shadow.failure();
        const isLate = clock.monoMs() - beganMs >= times.shadow.limitMs;
        if (failure === undefined && figures.results < times.shadow.results && !isLate) {
          if (clock.monoMs() - putMs < SHADOW_PUT_MS) continue;
          putMs = clock.monoMs();
          await journal.put({ ...record, shadow: figures });
          continue;
        }
        const problem = failure ?? shadow.judge();
        const verdict = problem === undefined ? ('promoted' as const) : ('refused' as const);
        const judged = {
          ...record,
          shadow: { ...figures, verdict, ...(problem === undefined ? {} : { reason: problem }) },
        };
        await journal.put(judged);
        ports.audit(`update_shadow_${verdict}`, {
          ...facts(judged),
          results: figures.results,
          differing: figures.differing,
        });
        if (problem !== undefined) throw new UpdateError('update_shadow_refused', problem);
        return judged;
      }
    } finally {
      await shadow.end();
    }
  }

  /** Waits until nothing may be disturbed, watches the line as it is, and announces the swap. */
  async #begin(record: UpdateRecord, signal: AbortSignal): Promise<UpdateRecord> {
    const { ports, bundles, clock, times, journal, folder } = this.#options;
    const { release, bundle } = complete(record);
    await this.#unlocked(record, signal);
    const id = release.kind === 'model' ? release.id : undefined;
    let { baseline } = record;
    if (id === undefined || ports.line.uses(id)) {
      const watch = ports.line.watch(id);
      try {
        await clock.sleep(times.baselineMs, signal);
        baseline = [...watch.figures()];
      } finally {
        watch.end();
      }
    }
    await this.#unlocked(record, signal);
    const kept = baseline === undefined ? {} : { baseline };
    if (release.kind === 'configuration') {
      await this.#assertNoLocalChange();
      await writeFileAtomic(join(folder, 'configuration-before.yaml'), await ports.configuration.text(), {
        mode: 0o600,
      });
      const connected = ports.configuration.connected?.() === true;
      return this.#goOn({ ...record, ...kept, connected }, 'trial');
    }
    const pointer = await bundles.pointer(release.id);
    if (pointer.kind === 'local') throw new UpdateError('update_local_model', `${release.id} was made on this device`);
    const same = pointer.kind === 'update' && pointer.bundle === bundle;
    const before = same ? ((await journal.read()).bundles[bundle]?.before ?? { kind: 'catalog' as const }) : pointer;
    await journal.change((document) => ({
      ...document,
      bundles: { ...document.bundles, [bundle]: { target: record.target, release, before } },
    }));
    return this.#goOn({ ...record, ...kept, before }, 'trial');
  }

  /** Waits until no batch runs, and says so meanwhile. */
  async #unlocked(record: UpdateRecord, signal: AbortSignal): Promise<void> {
    const { ports, clock, times, journal } = this.#options;
    if (!ports.line.locked()) return;
    const message = 'it waits until the batch has ended (updates.lockSignal)';
    await journal.put({ ...record, reason: { code: 'update_waits', message } });
    while (ports.line.locked()) await clock.sleep(times.lookMs, signal);
    await journal.put(record);
  }

  async #try(record: UpdateRecord, signal: AbortSignal): Promise<UpdateRecord> {
    const { ports, bundles } = this.#options;
    const { release, bundle } = complete(record);
    if (release.kind === 'configuration') {
      const text = await this.#configurationText(release);
      if ((await ports.configuration.text()) !== text) await ports.configuration.write(text);
      await this.#awaitInForce(text, signal);
    } else {
      await bundles.point(release.id, { kind: 'update', bundle });
      await ports.line.reload(release.id);
      if (!ports.line.uses(release.id)) return this.#commit(record);
    }
    const problem = await this.#watch(record, release.kind === 'model' ? release.id : undefined, signal);
    if (problem === undefined) return this.#commit(record);
    return this.#goOn({ ...record, reason: { code: 'update_trial_failed', message: problem } }, 'rolling_back');
  }

  /** What is worse than before, or undefined. No decision in time counts as worse. */
  async #watch(record: UpdateRecord, id: string | undefined, signal: AbortSignal): Promise<string | undefined> {
    const { ports, clock, times } = this.#options;
    let watch = ports.line.watch(id);
    try {
      let beganMs = clock.monoMs();
      let isReady = false;
      let failedMs: number | undefined;
      for (;;) {
        await clock.sleep(times.lookMs, signal);
        const spent = clock.monoMs() - beganMs;
        const failure = id === undefined ? undefined : ports.line.failure(id);
        failedMs = failure === undefined ? undefined : (failedMs ?? clock.monoMs());
        if (failedMs !== undefined && clock.monoMs() - failedMs >= Math.min(FAILED_MS, times.trialMs)) return failure;
        if (
          !isReady &&
          (spent >= Math.min(READY_MS, times.trialMs * READY_TIMES) ||
            watch.figures().some(({ inspected }) => inspected > 0))
        ) {
          // What was skipped while the model was loaded does not count against it.
          isReady = true;
          beganMs = clock.monoMs();
          watch.end();
          watch = ports.line.watch(id);
          continue;
        }
        if (!isReady || spent < times.trialMs) continue;
        const { decided, problems, silent } = judgeTrial(record.baseline ?? [], watch.figures());
        if (decided && problems.length > 0) return problems.join('; ');
        if (id === undefined && silent.length > 0) {
          // A camera that was opened anew may need a moment.
          if (spent >= times.trialMs + Math.min(times.trialMs * 2, CONNECT_MS)) return silent.join('; ');
          continue;
        }
        // The link may need a moment, above all where the configuration restarts it.
        const isCutOff = id === undefined && record.connected === true && ports.configuration.connected?.() === false;
        if (decided && isCutOff && spent >= times.trialMs * 2) return 'the collector is not reached any more';
        if (decided && !isCutOff) return undefined;
        const hadResults = (record.baseline ?? []).some(({ inspected }) => inspected > 0);
        // Cameras that gave nothing before either prove nothing against the update.
        if (!hadResults && spent >= times.trialMs * 2 && id === undefined) return undefined;
        if (spent >= times.trialMs * TRIAL_TIMES) return 'the cameras gave too few results to judge by';
      }
    } finally {
      watch.end();
    }
  }

  async #commit(record: UpdateRecord): Promise<UpdateRecord> {
    const { journal, bundles, objects } = this.#options;
    const { release } = complete(record);
    if (release.kind === 'configuration') {
      const sha256 = textHash(await this.#configurationText(release));
      await journal.change((document) => ({ ...document, configuration: { sha256, target: record.target } }));
    }
    const done = await this.#over(record, 'committed');
    // Of each model the version that runs and the one before it stay.
    const { bundles: known } = await journal.read();
    const keep = new Set<string>();
    for (const name of (await bundles.pointers()).values()) {
      keep.add(name);
      const before = known[name]?.before;
      if (before?.kind === 'update') keep.add(before.bundle);
    }
    await journal.change((document) => ({
      ...document,
      bundles: Object.fromEntries(Object.entries(document.bundles).filter(([name]) => keep.has(name))),
    }));
    await bundles.prune(keep);
    await objects.prune();
    return done;
  }

  async #back(record: UpdateRecord): Promise<UpdateRecord> {
    const { ports, bundles, folder } = this.#options;
    await this.#goOn(record, 'rolling_back');
    const { release } = complete(record);
    if (release.kind === 'configuration') {
      await ports.configuration.write(await readFile(join(folder, 'configuration-before.yaml'), 'utf8'));
    } else {
      await bundles.point(release.id, record.before ?? { kind: 'catalog' });
      await ports.line.reload(release.id);
    }
    return this.#over(record, 'rolled_back');
  }

  /** Target whose files were fetched again because they were damaged on the disk. */
  #fetchedAgain: string | undefined;

  async #failed(record: UpdateRecord, error: unknown, signal: AbortSignal): Promise<UpdateRecord> {
    if (isAbort(error) || signal.aborted) throw error;
    const reason = {
      code: error instanceof LinesideError ? error.code : 'update_failed',
      message: messageOf(error).slice(0, 500),
    };
    this.#options.log.error({ target: record.target, state: record.state, ...reason }, 'update: a step has failed');
    if (record.state === 'trial') return this.#goOn({ ...record, reason }, 'rolling_back');
    if (record.state === 'rolling_back') return this.#over({ ...record, reason }, 'unable_to_roll_back');
    // A disk that damaged a file after it was verified: the store has removed it, and it is fetched again, once.
    if (record.state === 'verified' && reason.code === 'update_file_damaged' && this.#fetchedAgain !== record.target) {
      this.#fetchedAgain = record.target;
      return this.#goOn(record, 'downloading');
    }
    if (TRY_AGAIN.has(reason.code) && record.origin.kind === 'repository') {
      await this.#options.journal.put({ ...record, reason });
      throw error;
    }
    return this.#over({ ...record, reason }, 'failed');
  }

  async #goOn(record: UpdateRecord, state: UpdateStateName): Promise<UpdateRecord> {
    const { journal, clock, log, ports } = this.#options;
    const isNew = record.state !== state;
    const next = { ...record, state, sinceMs: isNew ? clock.wallMs() : record.sinceMs };
    await journal.put(next);
    if (isNew) {
      log.info({ target: record.target, from: record.state, to: state }, 'update: next state');
      if (state === 'trial' || state === 'rolling_back') ports.audit(`update_${state}`, facts(next));
    }
    return next;
  }

  async #over(record: UpdateRecord, state: UpdateStateName, reason = record.reason): Promise<UpdateRecord> {
    const { journal, clock, log, ports } = this.#options;
    const done = { ...record, state, sinceMs: clock.wallMs(), ...(reason === undefined ? {} : { reason }) };
    await journal.put(done);
    log.info({ target: record.target, from: record.state, to: state, reason: reason?.message }, 'update: it is over');
    ports.audit(`update_${state}`, facts(done));
    return done;
  }

  async #awaitInForce(text: string, signal: AbortSignal): Promise<void> {
    const { ports, clock, times } = this.#options;
    const beganMs = clock.monoMs();
    for (;;) {
      const answer = ports.configuration.inForce(text);
      if (answer === true) return;
      if (typeof answer === 'string') throw new UpdateError('update_configuration_refused', answer);
      if (clock.monoMs() - beganMs >= IN_FORCE_MS) {
        throw new UpdateError('update_configuration_refused', 'the line did not take the configuration in time');
      }
      await clock.sleep(Math.min(times.lookMs, 500), signal);
    }
  }

  async #configurationText(release: ConfigurationRelease): Promise<string> {
    const [file] = release.files;
    const { objects } = this.#options;
    if (file === undefined || !(await objects.holds(file))) {
      throw new UpdateError('update_file_damaged', 'the configuration is damaged on this disk');
    }
    return readFile(objects.path(file.sha256), 'utf8');
  }

  /** A change that a person made since the last release is not overwritten without that being configured. */
  async #assertNoLocalChange(): Promise<void> {
    const { ports, journal } = this.#options;
    const { configuration } = await journal.read();
    if (configuration === undefined || ports.configuration.onLocalChange === 'replace') return;
    if (textHash(await ports.configuration.text()) === configuration.sha256) return;
    throw new UpdateError('update_local_configuration', `the file is not what ${configuration.target} has written`);
  }

  #assertMeant({ target, custom }: TrustedTarget): void {
    const { device, version, configuration } = this.#options.ports;
    const { series } = configuration;
    if (custom.devices !== undefined && !custom.devices.includes(device)) {
      throw new UpdateError('update_not_for_this_device', `${target} is for ${custom.devices.slice(0, 5).join(', ')}`);
    }
    if (custom.kind === 'configuration' && custom.id !== series) {
      const takes = series === undefined ? 'no configuration' : `the series ${series}`;
      throw new UpdateError('update_not_for_this_device', `this device takes ${takes} (updates.configuration)`);
    }
    if (custom.minAgent !== undefined && isLower(version, custom.minAgent)) {
      throw new UpdateError(
        'update_needs_newer_version',
        `${target} needs Lineside ${custom.minAgent}, this is ${version}`,
      );
    }
  }
}

/** Whether it cannot go on for want of a repository. */
function isWaiting({ state, reason }: UpdateRecord): boolean {
  return state === 'downloading' && reason !== undefined && TRY_AGAIN.has(reason.code);
}

/** Whether the line still runs as before, so that the update can be given up without a trace. */
function isBeforeTrial({ state }: UpdateRecord): boolean {
  return state === 'downloading' || state === 'verified' || state === 'staged' || state === 'shadow';
}

/** Makes the folder of updates. */
export async function makeUpdateFolder(folder: string): Promise<void> {
  for (const part of ['objects', 'bundles', 'metadata'])
    await mkdir(join(folder, part), { recursive: true, mode: 0o750 });
}

function complete({ release, bundle, target }: UpdateRecord): {
  readonly release: ModelRelease | ConfigurationRelease;
  readonly bundle: string;
} {
  if (release === undefined || bundle === undefined) throw new Error(`the state of ${target} lacks its release`);
  return { release, bundle };
}

function facts({ target, counter, reason }: UpdateRecord): Record<string, string | number> {
  return {
    target,
    ...(counter === undefined ? {} : { counter }),
    ...(reason === undefined ? {} : { code: reason.code, reason: reason.message.slice(0, 200) }),
  };
}

function limitOf({ limit }: UpdatePorts): Pick<UpdatePorts, 'limit'> {
  return limit === undefined ? {} : { limit };
}

/** Compares versions of the form `1.2.3`. */
function isLower(version: string, least: string): boolean {
  const [a, b] = [version, least].map((text) => text.split(/[.-]/).slice(0, 3).map(Number));
  for (let i = 0; i < 3; i += 1) {
    const [x = 0, y = 0] = [a?.[i], b?.[i]];
    if (x !== y) return x < y;
  }
  return false;
}

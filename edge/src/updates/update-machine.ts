import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, isAbort, LinesideError, type Logger, messageOf, writeFileAtomic } from '@lineside/kit';
import type { ConfigurationRelease, ModelRelease, TrustedTarget } from '@lineside/models/trust';
import type { BundleStore, Pointer } from './bundle-store.ts';
import { UpdateError } from './errors.ts';
import { assertNoLocalChange, keepLocal, textHash } from './local-configuration.ts';
import type { ObjectStore } from './object-store.ts';
import { planRollback } from './plan-rollback.ts';
import type { UpdatePorts, WantedRelease } from './ports.ts';
import { type InForceParts, putInForce } from './put-in-force.ts';
import { isOver, type UpdateJournal, type UpdateRecord, type UpdateStateName } from './update-journal.ts';
import { type Trial, type TrialEnd, watchBaseline, type WatchParts, watchTrial } from './watch-line.ts';

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
  /** How long a model is on trial, and the line is watched before it, at most, until the cameras have shown something to compare it by. */
  readonly limitMs: number;
  /** What becomes of a model that its trial could not compare: `afterShadow` keeps it where the shadow has compared it. */
  readonly notCompared: 'takeBack' | 'afterShadow' | 'keep';
  /** How often the line is looked at. */
  readonly lookMs: number;
  /** Frames that a new model inspects beside the current one, and for how long it does so at most; undefined for no shadow. */
  readonly shadow?: { readonly results: number; readonly limitMs: number } | undefined;
}

const PROGRESS_EVERY_MS = 1_000;
const SHADOW_PUT_MS = 10_000;
const NOTHING_SHOWN = 'the cameras showed nothing by which the two models could be compared';
/** Worth trying again by itself: nothing is wrong with the release. */
const TRY_AGAIN = new Set(['update_source_unreachable', 'update_download_failed']);

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

  /**
   * Back to what ran before the update of a model, without any network; what is going on is interrupted for it and goes on with
   * `resume`. Throws UpdateError `update_no_previous`.
   */
  async rollback(id: string): Promise<UpdateRecord> {
    const { journal, bundles, ports, clock } = this.#options;
    const was = await bundles.pointer(id);
    // Where there is nothing to go back to, nothing is interrupted either.
    await planRollback(journal, bundles, id, clock.wallMs());
    this.#interrupting.abort();
    this.#interrupting = new AbortController();
    return this.#inTurn(async () => {
      const is = await bundles.pointer(id);
      const [last] = (await journal.read()).history;
      // The turn before has gone back by itself: once is enough.
      if (last?.state === 'rolled_back' && was.kind === 'update' && was.bundle === last.bundle && !isSame(was, is)) {
        return last;
      }
      const { record, interrupted } = await planRollback(journal, bundles, id, clock.wallMs());
      await journal.put(record);
      ports.audit('update_rollback_asked', { model: id, from: record.bundle ?? '' });
      const done = await this.#run(record, new AbortController().signal);
      if (interrupted !== undefined) await journal.put(interrupted);
      return done;
    });
  }

  /** Ends what is going on, where a person goes back to the version before. */
  #interrupting = new AbortController();

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #run(record: UpdateRecord, until: AbortSignal): Promise<UpdateRecord> {
    const signal = AbortSignal.any([until, this.#interrupting.signal]);
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
        return this.#back(record, signal);
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
      await assertNoLocalChange(this.#options, text);
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
        const isEnough = figures.results >= times.shadow.results && figures.compared !== false;
        if (failure === undefined && !isEnough && !isLate) {
          if (clock.monoMs() - putMs < SHADOW_PUT_MS) continue;
          putMs = clock.monoMs();
          await journal.put({ ...record, shadow: figures });
          continue;
        }
        const isUnseen = figures.compared === false;
        const problem =
          failure ?? shadow.judge() ?? (isUnseen && times.notCompared !== 'keep' ? NOTHING_SHOWN : undefined);
        const goesOn = isUnseen ? ('not_compared' as const) : ('promoted' as const);
        const verdict = problem === undefined ? goesOn : ('refused' as const);
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
    const { ports, bundles, journal, folder } = this.#options;
    const { release, bundle } = complete(record);
    await this.#unlocked(record, signal);
    const id = release.kind === 'model' ? release.id : undefined;
    let { baseline } = record;
    if (id === undefined || ports.line.uses(id)) {
      const needsSight = id !== undefined && record.shadow?.compared !== true;
      baseline = [...(await watchBaseline(this.#watching(record), { id, needsSight }, signal))];
    }
    await this.#unlocked(record, signal);
    const kept = baseline === undefined ? {} : { baseline };
    if (release.kind === 'configuration') {
      const text = await this.#configurationText(release);
      await assertNoLocalChange(this.#options, text);
      const copy = await keepLocal(this.#options, text);
      await writeFileAtomic(join(folder, 'configuration-before.yaml'), await ports.configuration.text(), {
        mode: 0o600,
      });
      const connected = ports.configuration.connected?.() === true;
      return this.#goOn({ ...record, ...kept, connected, ...(copy === undefined ? {} : { copy }) }, 'trial');
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
      await putInForce(this.#inForceParts(), await this.#configurationText(release), signal);
    } else {
      await bundles.point(release.id, { kind: 'update', bundle });
      await ports.line.reload(release.id);
      if (!ports.line.uses(release.id)) return this.#commit(record);
    }
    const { problem, notCompared } = await this.#watch(
      record,
      release.kind === 'model' ? release.id : undefined,
      signal,
    );
    if (problem !== undefined) {
      return this.#goOn({ ...record, reason: { code: 'update_trial_failed', message: problem } }, 'rolling_back');
    }
    if (notCompared === undefined) return this.#commit(record);
    return this.#commit({ ...record, reason: { code: 'update_not_compared', message: notCompared } });
  }

  #watch(record: UpdateRecord, id: string | undefined, signal: AbortSignal): Promise<TrialEnd> {
    const trial: Trial = {
      ...{ id, baseline: record.baseline ?? [], connected: record.connected === true },
      comparedInShadow: record.shadow?.verdict === 'promoted' && record.shadow.compared !== false,
    };
    return watchTrial(this.#watching(record), trial, signal);
  }

  #watching(record: UpdateRecord): WatchParts {
    const { ports, clock, times, journal } = this.#options;
    const waits = async (message: string): Promise<void> => {
      await journal.put({ ...record, reason: { code: 'update_waits', message } });
    };
    return { ports, clock, times, waits };
  }

  async #commit(record: UpdateRecord): Promise<UpdateRecord> {
    const { journal, bundles, objects } = this.#options;
    const { release } = complete(record);
    if (release.kind === 'configuration') {
      const sha256 = textHash(await this.#configurationText(release));
      await journal.change((document) => ({ ...document, configuration: { sha256, target: record.target } }));
    }
    const { copy } = record;
    const message = `the file that was there before is kept in ${copy}`;
    const done = await this.#over(
      copy === undefined ? record : { ...record, reason: { code: 'update_local_kept', message } },
      'committed',
    );
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

  async #back(record: UpdateRecord, signal: AbortSignal): Promise<UpdateRecord> {
    const { ports, bundles, folder, log } = this.#options;
    await this.#goOn(record, 'rolling_back');
    const { release } = complete(record);
    if (release.kind === 'configuration') {
      const text = await readFile(join(folder, 'configuration-before.yaml'), 'utf8');
      // The file is as it was, whatever the line does with it: it is back. What comes next compares itself with that line.
      await putInForce(this.#inForceParts(), text, signal).catch((error: unknown) => {
        if (!(error instanceof UpdateError)) throw error;
        log.error(
          { target: record.target, reason: error.message },
          'update: the line does not take the file of before',
        );
      });
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

  #inForceParts(): InForceParts {
    const { ports, clock, times } = this.#options;
    return { configuration: ports.configuration, clock, lookMs: times.lookMs };
  }

  async #configurationText(release: ConfigurationRelease): Promise<string> {
    const [file] = release.files;
    const { objects } = this.#options;
    if (file === undefined || !(await objects.holds(file))) {
      throw new UpdateError('update_file_damaged', 'the configuration is damaged on this disk');
    }
    return readFile(objects.path(file.sha256), 'utf8');
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

function isSame(a: Pointer, b: Pointer): boolean {
  return a.kind === 'update' && b.kind === 'update' ? a.bundle === b.bundle : a.kind === b.kind;
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

import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, LinesideError, type Logger, messageOf, systemCode } from '@lineside/kit';
import { EngineError } from './errors.ts';
import type { MachineFacts } from './machine.ts';
import {
  discard,
  ENGINE_FILE,
  type EngineKey,
  failuresOf,
  folderOf,
  forgetFailures,
  isWhole,
  moveIntoPlace,
  noteFailure,
  openBuilding,
  prune,
  WRAPPER_FILE,
} from './store.ts';
import { buildEngine } from './trtexec.ts';
import { encodeWrapper, type WrapperTensor } from './wrapper.ts';

const ATTEMPTS_MAX = 2;

/** A model that is to have an engine. */
export interface EngineModel {
  readonly id: string;
  /** Absolute path of the ONNX file, and its hash. */
  readonly path: string;
  readonly sha256: string;
  readonly inputs: readonly WrapperTensor[];
  readonly outputs: readonly WrapperTensor[];
}

export interface EngineSettings {
  readonly precision: 'fp16' | 'fp32';
  readonly memoryBytes: number;
  readonly limitMs: number;
}

export interface EngineState {
  readonly model: string;
  readonly state: 'waiting' | 'building' | 'ready' | 'failed';
  /** The builder's newest line, while it builds. */
  readonly progress?: string;
  /** Milliseconds it has been building, or took. */
  readonly tookMs?: number;
  readonly error?: { readonly code: string; readonly message: string; readonly advice: string };
}

export interface EngineKeeperOptions {
  /** Where engines are kept. */
  readonly folder: string;
  readonly machine: MachineFacts;
  readonly models: readonly EngineModel[];
  readonly settings: EngineSettings;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Entry {
  readonly model: EngineModel;
  readonly key: EngineKey;
  state: EngineState;
  startedMs: number;
}

/** The engines of one line: which there are, which are to be built, and how far that is. */
export class EngineCache {
  readonly #options: EngineKeeperOptions;
  readonly #entries: readonly Entry[];

  /** `machine` must have a TensorRT. */
  constructor(options: EngineKeeperOptions) {
    this.#options = options;
    const { machine, settings } = options;
    this.#entries = options.models.map((model) => ({
      model,
      key: {
        sha256: model.sha256,
        precision: settings.precision,
        shape: model.inputs.map(({ type, shape }) => `${type}[${shape.join(',')}]`).join(' '),
        tensorrt: machine.tensorrt ?? 'none',
        l4t: machine.l4t ?? 'none',
        gpu: machine.gpu,
      },
      state: { model: model.id, state: 'waiting' },
      startedMs: 0,
    }));
  }

  /** Where the wrapper of a model is once its engine is built. */
  wrapperOf(id: string): string | undefined {
    const entry = this.#entries.find(({ model }) => model.id === id);
    return entry === undefined ? undefined : join(this.#options.folder, folderOf(entry.key), WRAPPER_FILE);
  }

  states(): readonly EngineState[] {
    const nowMs = this.#options.clock.monoMs();
    return this.#entries.map(({ state, startedMs }) =>
      state.state === 'building' ? { ...state, tookMs: nowMs - startedMs } : state,
    );
  }

  /**
   * Builds what is missing, one engine after the other. A build that fails is reported and leaves the others alone; the
   * model then runs without. Resolves when nothing is left to build or `signal` aborts.
   */
  async prepare(signal: AbortSignal): Promise<void> {
    const { folder, clock, logger, machine } = this.#options;
    await mkdir(folder, { recursive: true });
    const here = { tensorrt: machine.tensorrt ?? 'none', l4t: machine.l4t ?? 'none', gpu: machine.gpu };
    const keys = this.#entries.map(({ key }) => key);
    let release: (() => Promise<void>) | undefined;
    try {
      release = await lock(folder);
      const removed = await prune(folder, keys, here, clock.wallMs());
      if (removed.length > 0) logger.info({ removed: removed.length }, 'engines that nothing uses any more are gone');
      for (const entry of this.#entries) {
        if (signal.aborted) return;
        await this.#prepareOne(entry, signal);
      }
    } catch (error) {
      if (signal.aborted) return;
      for (const entry of this.#entries) if (entry.state.state === 'waiting') this.#failed(entry, error);
    } finally {
      await release?.();
    }
  }

  /** Failures are forgotten: the next `prepare` tries again. */
  async retry(): Promise<void> {
    for (const { key } of this.#entries) await forgetFailures(this.#options.folder, key);
  }

  /** The runtime runs the engine of a model: what went wrong before is over. */
  async markVerified(id: string): Promise<void> {
    const entry = this.#entries.find(({ model }) => model.id === id);
    if (entry !== undefined) await forgetFailures(this.#options.folder, entry.key);
  }

  /** The runtime refused the engine of a model: it goes, and is built anew at the next start, once. */
  async markBad(id: string, message: string): Promise<void> {
    const entry = this.#entries.find(({ model }) => model.id === id);
    if (entry?.state.state !== 'ready') return;
    const { folder, logger } = this.#options;
    entry.state = { model: id, state: 'failed', error: { code: 'engine_refused', message, advice: REFUSED_ADVICE } };
    logger.error({ model: id, code: 'engine_refused', advice: REFUSED_ADVICE }, message);
    await noteFailure(folder, entry.key, { code: 'engine_refused', message });
    await discard(folder, entry.key);
  }

  async #prepareOne(entry: Entry, signal: AbortSignal): Promise<void> {
    const { folder, clock, logger } = this.#options;
    const { key, model } = entry;
    try {
      if (await isWhole(folder, key, new Date(clock.wallMs()))) {
        entry.state = { model: model.id, state: 'ready' };
        return;
      }
      const failures = await failuresOf(folder, key);
      if (failures !== undefined && failures.attempts >= ATTEMPTS_MAX) {
        throw new EngineError('engine_given_up', `failed ${failures.attempts} times, last: ${failures.message}`);
      }
      await this.#build(entry, signal);
      logger.info({ model: model.id, tookMs: Math.round(entry.state.tookMs ?? 0) }, 'engine is built');
    } catch (error) {
      if (signal.aborted) return;
      const given = error instanceof EngineError && error.code === 'engine_given_up';
      const code = error instanceof LinesideError ? error.code : 'engine_build_failed';
      if (!given) await noteFailure(folder, key, { code, message: messageOf(error) });
      this.#failed(entry, error);
    }
  }

  async #build(entry: Entry, signal: AbortSignal): Promise<void> {
    const { folder, clock, logger, machine, settings } = this.#options;
    const { key, model } = entry;
    const { trtexec } = machine;
    if (trtexec === undefined) throw new EngineError('trtexec_missing', 'trtexec is not installed');
    entry.startedMs = clock.monoMs();
    entry.state = { model: model.id, state: 'building' };
    logger.info({ model: model.id, ...key }, 'an engine is being built; the cameras start when it is done');
    const building = await openBuilding(folder, key);
    try {
      await buildEngine(
        {
          trtexec,
          onnx: model.path,
          engine: join(building, ENGINE_FILE),
          timingCache: join(folder, `timing-${key.tensorrt}-${key.gpu.replaceAll(/[^A-Za-z0-9]+/g, '-')}.cache`),
          precision: settings.precision,
          memoryBytes: settings.memoryBytes,
          limitMs: settings.limitMs,
          clock,
          onLine: (progress) => {
            entry.state = { model: model.id, state: 'building', progress };
            logger.debug({ model: model.id }, progress);
          },
        },
        signal,
      );
      const builtInMs = clock.monoMs() - entry.startedMs;
      const wrapper = encodeWrapper(ENGINE_FILE, model.inputs, model.outputs);
      await moveIntoPlace(folder, building, wrapper, { key, model: model.id, builtInMs });
      entry.state = { model: model.id, state: 'ready', tookMs: builtInMs };
    } finally {
      await rm(building, { recursive: true, force: true });
    }
  }

  #failed(entry: Entry, error: unknown): void {
    const { code, message, advice } =
      error instanceof LinesideError ? error : new EngineError('engine_build_failed', messageOf(error), error);
    entry.state = { model: entry.model.id, state: 'failed', error: { code, message, advice } };
    this.#options.logger.error({ model: entry.model.id, code, advice }, `no engine: ${message}`);
  }
}

const REFUSED_ADVICE = 'It is built anew at the next start; until then the model runs on CUDA or the CPU.';

/** One builder per folder: the command line and the service never build at once. The lock of a dead process is void. */
async function lock(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, 'lock');
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const file = await open(path, 'wx');
      try {
        await file.writeFile(String(process.pid));
      } finally {
        await file.close();
      }
      return () => rm(path, { force: true });
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error;
      const holder = Number(await readFile(path, 'utf8').catch(() => ''));
      if (holder !== process.pid && isRunning(holder)) break;
      await rm(path, { force: true });
    }
  }
  throw new EngineError('engine_busy', 'another process builds engines in this data folder');
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

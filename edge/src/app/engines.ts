import { join } from 'node:path';
import type { Config } from '../config/index.ts';
import type { ModelStatus } from '../domain/index.ts';
import { EngineCache, type EngineModel, type MachineFacts, readMachine, type WrapperTensor } from '../engines/index.ts';
import { describeModel, hasTensorrt, type ModelSpec, type TensorInfo } from '../inference/index.ts';
import { type Clock, type Logger, messageOf, type Service } from '@lineside/kit';
import type { VisionListener } from '../pipeline/index.ts';
import type { LineModel } from './models.ts';

const DESCRIBE_MS = 20_000;

export interface EnginesOptions {
  readonly config: Config;
  readonly dataDir: string;
  readonly models: readonly LineModel[];
  readonly machine: MachineFacts;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Folder of the engines in the data folder. */
export function enginesFolder(dataDir: string): string {
  return join(dataDir, 'engines');
}

/**
 * Keeps the TensorRT engines of a line; undefined where engines are off or this machine cannot build any. A model that
 * has no fixed shapes, or is meant for another provider, gets none.
 */
export async function engineKeeper(options: EnginesOptions): Promise<EngineCache | undefined> {
  const { config, dataDir, models, machine, clock, logger } = options;
  const { engines, precision, buildMemoryLimit, buildTimeout } = config.inference;
  if (engines === 'off' || machine.tensorrt === undefined || machine.trtexec === undefined) return undefined;
  const wanted = models.flatMap((model) => {
    if (model.state !== 'found') return [];
    const meant = expectedOf(config, model.id);
    return meant === undefined || meant === 'tensorrt' ? [model.spec] : [];
  });
  const described = await Promise.all(wanted.map((spec) => engineModel(spec, logger)));
  return new EngineCache({
    folder: enginesFolder(dataDir),
    machine,
    models: described.flatMap((model) => model ?? []),
    settings: { precision, memoryBytes: buildMemoryLimit.bytes, limitMs: buildTimeout.ms },
    clock,
    logger: logger.child({ module: 'engines' }),
  });
}

/** The engines of a line, where its machine and ONNX Runtime can use them. */
export async function lineEngines(
  config: Config,
  models: readonly LineModel[],
  options: Pick<EnginesOptions, 'dataDir' | 'clock' | 'logger'> & {
    readonly env: Readonly<Record<string, string | undefined>>;
  },
): Promise<EngineCache | undefined> {
  if (config.inference.engines === 'off' || !(await hasTensorrt())) return undefined;
  const { dataDir, clock, logger, env } = options;
  const machine = await readMachine({ path: env['PATH'] });
  return engineKeeper({ config, dataDir, models, machine, clock, logger });
}

/** The models as the vision process is to run them: with where they are meant to run, and their engines. */
export function specsOf(config: Config, models: readonly LineModel[], keeper: EngineCache | undefined): ModelSpec[] {
  return models.flatMap((model) => {
    if (model.state !== 'found') return [];
    const expect = expectedOf(config, model.id);
    const engine = keeper?.wrapperOf(model.id);
    return [{ ...model.spec, ...(expect && { expect }), ...(engine !== undefined && { engine }) }];
  });
}

export function expectedOf(config: Config, id: string): ModelSpec['expect'] {
  return config.models.find((model) => model.id === id)?.expectedProvider ?? config.inference.expectedProvider;
}

/** Starts `service` once every engine is built or has failed: builder and cameras would need the same memory. */
export function afterEngines(keeper: EngineCache | undefined, service: Service): Service {
  if (keeper === undefined) return service;
  return {
    name: service.name,
    run: async (signal) => {
      await keeper.prepare(signal);
      if (!signal.aborted) await service.run(signal);
    },
  };
}

/** Reports to the engine cache which engines the runtime accepts and refuses. */
export function engineListener(keeper: EngineCache | undefined, log: Logger): Partial<VisionListener> {
  if (keeper === undefined) return {};
  return {
    model: (status) => {
      learn(keeper, status).catch((error: unknown) => {
        log.error({ model: status.model, err: messageOf(error) }, 'the state of an engine could not be written');
      });
    },
  };
}

async function learn(keeper: EngineCache, { model, state, provider, refused = [] }: ModelStatus): Promise<void> {
  if (state !== 'ready') return;
  if (provider === 'tensorrt') await keeper.markVerified(model);
  const bad = refused.find(({ code }) => code === 'engine_refused' || code === 'engine_crashed');
  if (bad !== undefined) await keeper.markBad(model, bad.message);
}

async function engineModel(spec: ModelSpec, logger: Logger): Promise<EngineModel | undefined> {
  const { id, path, sha256 } = spec;
  // TensorFlow.js models have none.
  if (!path.endsWith('.onnx')) return undefined;
  try {
    const { inputs, outputs } = await describeModel(path, AbortSignal.timeout(DESCRIBE_MS));
    return { id, path, sha256, inputs: inputs.map(fixed), outputs: outputs.map(fixed) };
  } catch (error) {
    // What is wrong with the model itself is reported when it is loaded.
    logger.warn({ model: id, err: messageOf(error) }, 'no engine is built for this model');
    return undefined;
  }
}

function fixed({ name, type, shape }: TensorInfo): WrapperTensor {
  const sizes = shape.flatMap((size) => (typeof size === 'number' ? [size] : []));
  if (sizes.length < shape.length) throw new Error(`${name} has no fixed shape: [${shape.join(', ')}]`);
  return { name, type, shape: sizes };
}

import { join } from 'node:path';
import { CATALOG_DIR, resolveModel } from '@lineside/models';
import { EngineCache, type EngineState, type MachineFacts, type WrapperTensor } from '../../edge/src/engines/index.ts';
import {
  deriveManifest,
  describeModel,
  hasTensorrt,
  type ModelSpec,
  OnnxSession,
  type SessionFacts,
  type TensorInfo,
} from '../../edge/src/inference/index.ts';
import { messageOf, silentLogger, systemClock } from '@lineside/kit';
import { type Evidence, missing, seen } from './report.ts';

const DESCRIBE_MS = 60_000;
const DEADLINE_MS = 20_000;

export interface ModelsRequest {
  readonly refs: readonly string[];
  readonly dataDir: string;
  readonly cwd: string;
  readonly machine: MachineFacts;
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/** Whether the installed ONNX Runtime can use the accelerator. */
export async function runtimeEvidence(): Promise<Evidence> {
  if (await hasTensorrt()) return seen('ONNX Runtime', 'with the TensorRT provider');
  const advice = 'a build of onnxruntime-node with TensorRT for this JetPack: Dockerfile.jetson';
  return missing('ONNX Runtime', 'without the TensorRT provider: models run on the CPU', advice);
}

/** Engine, provider and rate of each model, one after the other. */
export async function* modelEvidence(request: ModelsRequest): AsyncGenerator<Evidence, void, void> {
  for (const ref of request.refs) {
    try {
      const spec = await specOf(ref, request);
      const built = await engineOf(spec, request);
      if (built !== undefined) yield engineEvidence(spec.id, built.state);
      yield await rateEvidence({ ...spec, ...(built && { engine: built.wrapper }) }, request);
    } catch (error) {
      if (request.signal.aborted) throw error;
      yield missing(`model ${ref}`, messageOf(error), 'lineside model inspect');
    }
  }
}

async function specOf(ref: string, { cwd, signal }: ModelsRequest): Promise<ModelSpec> {
  const { id, onnxPath: path, sha256, ...handle } = await resolveModel(ref, { catalogDir: CATALOG_DIR, baseDir: cwd });
  const manifest = handle.manifest ?? deriveManifest(await describeModel(path, signal));
  return { id, path, sha256, manifest, expect: 'tensorrt' };
}

async function engineOf(
  spec: ModelSpec,
  { dataDir, machine, signal }: ModelsRequest,
): Promise<{ readonly wrapper: string; readonly state: EngineState } | undefined> {
  if (machine.trtexec === undefined || machine.tensorrt === undefined) return undefined;
  const { id, path, sha256 } = spec;
  const io = await describeModel(path, AbortSignal.timeout(DESCRIBE_MS));
  const keeper = new EngineCache({
    folder: join(dataDir, 'engines'),
    machine,
    models: [{ id, path, sha256, inputs: io.inputs.map(fixed), outputs: io.outputs.map(fixed) }],
    settings: { precision: 'fp16', memoryBytes: 64e9, limitMs: 3_600_000 },
    clock: systemClock,
    logger: silentLogger,
  });
  await keeper.prepare(signal);
  signal.throwIfAborted();
  const [state] = keeper.states();
  const wrapper = keeper.wrapperOf(id);
  return state === undefined || wrapper === undefined ? undefined : { wrapper, state };
}

function fixed({ name, type, shape }: TensorInfo): WrapperTensor {
  return { name, type, shape: shape.map((size) => (typeof size === 'number' ? size : 1)) };
}

function engineEvidence(id: string, { state, tookMs, error }: EngineState): Evidence {
  const what = `engine ${id}`;
  if (error !== undefined) return missing(what, `${error.code}: ${error.message}`, error.advice);
  return seen(what, tookMs === undefined ? `${state}, kept from before` : `built in ${Math.round(tookMs / 1000)} s`, {
    tookMs,
  });
}

/** Loads the model as the appliance does and runs it for a while on grey pictures. */
async function rateEvidence(spec: ModelSpec, { seconds, signal }: ModelsRequest): Promise<Evidence> {
  const { width, height } = spec.manifest.input;
  const session = new OnnxSession(spec);
  try {
    const facts = await session.start(signal);
    let pixels = new Uint8Array(width * height * 3).fill(114);
    const times: number[] = [];
    const startedMs = systemClock.monoMs();
    while (systemClock.monoMs() - startedMs < seconds * 1000 && !signal.aborted) {
      const answer = await session.infer(pixels, { width, height }, DEADLINE_MS);
      pixels = answer.pixels;
      times.push(answer.inferMs + answer.decodeMs);
    }
    return rated(spec, facts, times, (systemClock.monoMs() - startedMs) / 1000);
  } finally {
    await session.close();
  }
}

function rated(spec: ModelSpec, facts: SessionFacts, times: readonly number[], tookS: number): Evidence {
  const sorted = times.toSorted((a, b) => a - b);
  const p50 = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const fps = times.length / tookS;
  const { provider, reason, warmupMs, refused } = facts;
  const { width, height } = spec.manifest.input;
  const text = `${provider}, ${fps.toFixed(1)} pictures a second of ${width}x${height}, median ${p50.toFixed(2)} ms, loaded in ${Math.round(warmupMs)} ms`;
  const measured = { provider, fps, p50, warmupMs, refused, sha256: spec.sha256 };
  if (!facts.fallback) return seen(`model ${spec.id}`, text, measured);
  return missing(`model ${spec.id}`, `${text} (${reason})`, 'see what is missing above', measured);
}

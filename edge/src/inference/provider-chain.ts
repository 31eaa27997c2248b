import { readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import { messageOf, systemCode } from '@lineside/kit';
import { InferenceError } from './errors.ts';
import { chooseProviders, PROVIDER_ORDER, type ProviderRefusal } from './providers.ts';
import type { ModelSpec, Provider } from './model-spec.ts';

/** The part of ONNX Runtime that the chain needs; tests replace it. */
export interface Runtime {
  /** Names of the providers in this build. */
  supported(): readonly string[];
  /** Folder in which it looks for their libraries. */
  readonly libraries: string;
  exists(path: string): Promise<boolean>;
  /** Loads a model on one provider; rejects with whatever the runtime says. */
  create(path: string, provider: Provider, threads: number): Promise<InferenceSession>;
}

/** A session that completed an inference, and why it is not on a better provider. */
export interface Proven<T> {
  readonly provider: Provider;
  readonly value: T;
  readonly refused: readonly ProviderRefusal[];
  /** Where it should run. */
  readonly expected: Provider;
  /** It runs on a lower provider than that. */
  readonly fallback: boolean;
}

/** Loads of an engine that may end the process before it is not tried again. */
const CRASHES_MAX = 2;

/**
 * The best provider on which `prove` succeeds with a session: `tensorrt` where an engine was built for this model,
 * then `cuda`, then `cpu`. `prove` runs the model once, because a list of names does not show what works.
 *
 * @throws InferenceError when the model itself is wrong, or not even the CPU runs it.
 */
export async function bestProvider<T>(
  spec: ModelSpec,
  runtime: Runtime,
  prove: (session: InferenceSession, provider: Provider) => Promise<T>,
): Promise<Proven<T>> {
  const choice = await chooseProviders({
    supported: runtime.supported(),
    libraries: runtime.libraries,
    exists: (path) => runtime.exists(path),
  });
  const refused = [...choice.refused];
  const expected = spec.expect ?? (choice.acceleratorExpected ? 'cuda' : 'cpu');
  for (const provider of choice.candidates) {
    try {
      const value =
        provider === 'tensorrt'
          ? await withEngine(spec, runtime, (session) => prove(session, provider))
          : await prove(await create(spec, provider, runtime), provider);
      return { provider, value, refused, expected, fallback: isLess(provider, expected) };
    } catch (error) {
      if (error instanceof EngineError) refused.push({ provider, code: error.code, message: error.message });
      // A wrong model is wrong on every provider.
      else if (error instanceof InferenceError) throw error;
      else if (provider === 'cpu') throw new InferenceError('inference_error', messageOf(error), { cause: error });
      else refused.push({ provider, code: 'load_failed', message: messageOf(error) });
    }
  }
  throw new InferenceError('inference_error', 'no execution provider is left');
}

/** True when `provider` is lower than `expected`. */
export function isLess(provider: Provider, expected: Provider): boolean {
  return PROVIDER_ORDER.indexOf(provider) > PROVIDER_ORDER.indexOf(expected);
}

/** One line for people: each better provider with its reason. */
export function reasonOf(refused: readonly ProviderRefusal[]): string {
  return refused.map(({ provider, message }) => `${provider}: ${message}`).join('; ');
}

/** An engine that cannot be used; the model itself may be sound. */
class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code: ProviderRefusal['code'];

  constructor(code: ProviderRefusal['code'], message: string) {
    super(message);
    this.code = code;
  }
}

async function create(spec: ModelSpec, provider: Provider, runtime: Runtime): Promise<InferenceSession> {
  try {
    return await runtime.create(spec.path, provider, spec.threads ?? 1);
  } catch (error) {
    if (provider !== 'cpu') throw error;
    const message = `ONNX Runtime cannot load ${spec.path}: ${messageOf(error)}`;
    throw new InferenceError('model_unreadable', message, { cause: error });
  }
}

/**
 * Loads the engine's wrapper. If TensorRT got the model itself, it would build an engine at every start, for minutes and in
 * full precision. A load that ended the process leaves a mark: after two, the engine is not tried again.
 */
async function withEngine<T>(
  spec: ModelSpec,
  runtime: Runtime,
  prove: (session: InferenceSession) => Promise<T>,
): Promise<T> {
  const { engine, threads = 1 } = spec;
  if (engine === undefined || !(await runtime.exists(engine))) {
    throw new EngineError('engine_missing', 'no engine is built for this model on this machine');
  }
  const mark = join(dirname(engine), 'loading');
  const crashes = Number(await readFile(mark, 'utf8').catch(() => '0'));
  if (crashes >= CRASHES_MAX)
    throw new EngineError('engine_crashed', `loading its engine ended the process ${crashes} times`);
  await markLoading(mark, crashes + 1);
  try {
    const value = await prove(await runtime.create(engine, 'tensorrt', threads));
    await rm(mark, { force: true });
    return value;
  } catch (error) {
    await rm(mark, { force: true });
    throw new EngineError('engine_refused', `its engine cannot be used: ${messageOf(error)}`);
  }
}

/** The mark prevents a crash loop; where it cannot be written, the engine is tried without it. */
async function markLoading(mark: string, count: number): Promise<void> {
  try {
    await writeFile(mark, String(count));
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
  }
}

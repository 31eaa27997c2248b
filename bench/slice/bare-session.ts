/** The limit of inference: the model alone in a loop, with the options that the line's sessions have. */
import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import { systemClock } from '@lineside/kit';
import { answerQuestions } from '../child.ts';
import { median } from '../report.ts';

export interface BareFacts {
  readonly path: string;
  readonly input: { readonly name: string; readonly width: number; readonly height: number };
  readonly threads: number;
  readonly seconds: number;
}

export interface BareResult {
  readonly inferences: number;
  /** Median wall time of one inference. */
  readonly inferMs: number;
  /** CPU time of one inference, all threads, mean. */
  readonly cpuMs: number;
}

const WARM_UP = 3;

async function run({ path, input, threads, seconds }: BareFacts): Promise<BareResult> {
  env.logLevel = 'error';
  const session = await InferenceSession.create(path, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
  const feeds = { [input.name]: new Tensor('uint8', noise(input), [1, input.height, input.width, 3]) };
  for (let n = 0; n < WARM_UP; n += 1) await session.run(feeds);
  const startedCpu = process.cpuUsage();
  const untilMs = systemClock.monoMs() + seconds * 1000;
  const times: number[] = [];
  do {
    const startedMs = systemClock.monoMs();
    await session.run(feeds);
    times.push(systemClock.monoMs() - startedMs);
  } while (systemClock.monoMs() < untilMs);
  const { user, system } = process.cpuUsage(startedCpu);
  await session.release();
  return { inferences: times.length, inferMs: median(times), cpuMs: (user + system) / 1000 / times.length };
}

/** What a convolution costs does not depend on its numbers; these are the same in every run. */
function noise({ width, height }: BareFacts['input']): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length: width * height * 3 }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

answerQuestions({ run }, async () => undefined);

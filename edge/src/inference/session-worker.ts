/** Worker thread of one session: loads the model, tests the provider by an inference, then does the requested runs. */
import { isBad, type Outputs } from '@lineside/models/families';
import { setPriority } from 'node:os';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { currentThread, messageOf, systemClock } from '@lineside/kit';
import { InferenceError } from './errors.ts';
import { describeModelFile, type LoadedModel, loadModel } from './loaded-model.ts';
import { isTfjs, loadTfjs, type TfjsModel } from './tfjs/tfjs-model.ts';
import { threadCpu } from './thread-cpu.ts';
import type { FromWorker, SentAnswer, SentFrame, ToWorker, WorkerTask } from './worker-protocol.ts';

async function serve(port: MessagePort, model: LoadedModel | TfjsModel): Promise<void> {
  port.on('message', (message: ToWorker) => {
    switch (message.type) {
      case 'infer':
        void answer(port, model, message);
        return;
      case 'close':
        // With the port closed the thread ends by itself, outside of any native call.
        void model.release().finally(() => port.close());
        return;
    }
  });
  post(port, { type: 'ready', facts: model.facts });
}

/** Never rejects: errors are sent as results. A run that fails fails all its frames, decoding only its own. */
async function answer(
  port: MessagePort,
  model: LoadedModel | TfjsModel,
  { frames }: Extract<ToWorker, { type: 'infer' }>,
): Promise<void> {
  const startedMs = systemClock.monoMs();
  const packed = frames.map(({ pixels }) => new Uint8Array(pixels));
  let inferredMs = startedMs;
  const { value: answers, cpuMs } = await threadCpu(async (): Promise<readonly SentAnswer[]> => {
    try {
      const outputs = await model.run(packed);
      inferredMs = systemClock.monoMs();
      return frames.map((frame, n) => read(model, frame, outputs[n]));
    } catch (error) {
      return frames.map(({ pixels }) => failed(pixels, 'inference_error', messageOf(error)));
    }
  });
  const buffers = frames.map(({ pixels }) => pixels);
  post(port, { type: 'answer', answers, startedMs, inferMs: inferredMs - startedMs, cpuMs }, buffers);
}

function read(model: LoadedModel | TfjsModel, { pixels, source }: SentFrame, outputs: Outputs = NONE): SentAnswer {
  const startedMs = systemClock.monoMs();
  try {
    const decoded = model.decode(outputs, new Uint8Array(pixels), source);
    if (isBad(decoded)) return failed(pixels, 'bad_output', decoded.message);
    return { pixels, seen: decoded, decodeMs: systemClock.monoMs() - startedMs };
  } catch (error) {
    return failed(pixels, 'inference_error', messageOf(error));
  }
}

const NONE: Outputs = new Map();
const LOWEST_PRIORITY = 19;

function failed(pixels: ArrayBuffer, reason: 'inference_error' | 'bad_output', message: string): SentAnswer {
  return { pixels, seen: undefined, failure: { reason, message }, decodeMs: 0 };
}

function post(port: MessagePort, message: FromWorker, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

async function main(port: MessagePort, task: WorkerTask): Promise<void> {
  const thread = currentThread();
  post(port, { type: 'thread', thread });
  // Threads that the runtime starts take their priority from this one (setpriority(2) is by thread on Linux).
  if (task.task === 'serve' && task.spec.background === true && thread !== undefined)
    setPriority(thread, LOWEST_PRIORITY);
  try {
    if (task.task === 'serve')
      await serve(port, await (isTfjs(task.spec) ? loadTfjs(task.spec) : loadModel(task.spec)));
    else {
      post(port, { type: 'described', io: await describeModelFile(task.path) });
      port.close();
    }
  } catch (error) {
    const known = error instanceof InferenceError ? error : new InferenceError('inference_error', messageOf(error));
    post(port, { type: 'failed', code: known.code, message: known.message, advice: known.advice });
    port.close();
  }
}

if (parentPort !== null) await main(parentPort, workerData as WorkerTask);

/** Worker thread of one session: loads the model, proves the provider by an inference, then answers frames in turn. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { messageOf, systemClock } from '../kit/index.ts';
import { isBad } from './decoders/decoder.ts';
import { InferenceError } from './errors.ts';
import { describeModelFile, type LoadedModel, loadModel } from './loaded-model.ts';
import { isTfjs, loadTfjs, type TfjsModel } from './tfjs/tfjs-model.ts';
import type { FromWorker, ToWorker, WorkerTask } from './worker-protocol.ts';

async function serve(port: MessagePort, model: LoadedModel | TfjsModel): Promise<void> {
  port.on('message', (message: ToWorker) => {
    switch (message.type) {
      case 'infer':
        void answer(port, model, message);
        return;
      case 'close':
        // With the port closed nothing keeps the thread: it ends by itself, outside of any native call.
        void model.release().finally(() => port.close());
        return;
    }
  });
  post(port, { type: 'ready', facts: model.facts });
}

/** Never rejects: whatever goes wrong is the answer. */
async function answer(
  port: MessagePort,
  model: LoadedModel | TfjsModel,
  frame: Extract<ToWorker, { type: 'infer' }>,
): Promise<void> {
  const startedMs = systemClock.monoMs();
  const pixels = new Uint8Array(frame.pixels);
  let inferredMs = startedMs;
  const times = (): { startedMs: number; inferMs: number; decodeMs: number } => ({
    startedMs,
    inferMs: inferredMs - startedMs,
    decodeMs: systemClock.monoMs() - inferredMs,
  });
  try {
    const outputs = await model.run(pixels);
    inferredMs = systemClock.monoMs();
    const decoded = model.decode(outputs, pixels, frame.source);
    const result = isBad(decoded)
      ? { seen: undefined, failure: { reason: 'bad_output' as const, message: decoded.message } }
      : { seen: decoded };
    post(port, { type: 'answer', pixels: frame.pixels, ...result, ...times() }, [frame.pixels]);
  } catch (error) {
    const failure = { reason: 'inference_error' as const, message: messageOf(error) };
    post(port, { type: 'answer', pixels: frame.pixels, seen: undefined, failure, ...times() }, [frame.pixels]);
  }
}

function post(port: MessagePort, message: FromWorker, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

async function main(port: MessagePort, task: WorkerTask): Promise<void> {
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

/** Worker thread of a probe: runs a model on given inputs and returns all its outputs, not decoded. */
import { parentPort, workerData } from 'node:worker_threads';
import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import { messageOf } from '@lineside/kit';
import type { ProbedTensor, ProbeTask, ProbeMessage } from './probe.ts';

// Errors are sent as messages, so the runtime must not log them too.
env.logLevel = 'fatal';

async function probe(task: ProbeTask, send: (message: ProbeMessage) => void): Promise<void> {
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(task.path, {
      executionProviders: ['cpu'],
      intraOpNumThreads: 1,
      logSeverityLevel: 4,
    });
  } catch (error) {
    send({ type: 'failed', stage: 'load', message: messageOf(error) });
    return;
  }
  try {
    for (const feeds of task.runs) send({ type: 'outputs', outputs: await run(session, feeds) });
  } catch (error) {
    send({ type: 'failed', stage: 'run', message: messageOf(error) });
  } finally {
    await session.release();
  }
}

async function run(session: InferenceSession, feeds: readonly ProbedTensor[]): Promise<readonly ProbedTensor[]> {
  const tensors = feeds.map(({ name, type, shape, data }) => [name, new Tensor(type, data, shape)] as const);
  const answers = await session.run(Object.fromEntries(tensors));
  return session.outputNames.flatMap((name) => {
    const answer = answers[name];
    if (answer === undefined) return [];
    const { type, dims, data } = answer;
    if (Array.isArray(data) || type === 'string') throw new Error(`output ${name} holds no numbers`);
    return [{ name, type, shape: dims, data }];
  });
}

if (parentPort !== null) {
  const port = parentPort;
  await probe(workerData as ProbeTask, (message) => port.postMessage(message));
  port.close();
}

/** Worker thread of a probe: runs a model on given inputs and hands all its outputs back as they are. */
import { parentPort, workerData } from 'node:worker_threads';
import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import { messageOf } from '@lineside/kit';
import type { ProbedTensor, ProbeTask, ProbeTold } from './probe.ts';

// What goes wrong is an answer here and told as one, not twice.
env.logLevel = 'fatal';

async function probe(task: ProbeTask, tell: (message: ProbeTold) => void): Promise<void> {
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(task.path, {
      executionProviders: ['cpu'],
      intraOpNumThreads: 1,
      logSeverityLevel: 4,
    });
  } catch (error) {
    tell({ type: 'failed', stage: 'load', message: messageOf(error) });
    return;
  }
  try {
    for (const feeds of task.runs) tell({ type: 'outputs', outputs: await run(session, feeds) });
  } catch (error) {
    tell({ type: 'failed', stage: 'run', message: messageOf(error) });
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

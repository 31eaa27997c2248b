/** Process of a probe: runs a model on given inputs and sends all its outputs, not decoded. */
import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import { messageOf } from '@lineside/kit';
import type { ProbedTensor, ProbeTask, ProbeMessage } from './probe.ts';

// Errors are sent as messages, so the runtime must not log them too.
env.logLevel = 'fatal';

type Send = (message: ProbeMessage) => Promise<void>;

async function probe(task: ProbeTask, send: Send): Promise<void> {
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(task.path, {
      executionProviders: ['cpu'],
      intraOpNumThreads: 1,
      logSeverityLevel: 4,
    });
  } catch (error) {
    await send({ type: 'failed', stage: 'load', message: messageOf(error) });
    return;
  }
  try {
    for (const feeds of task.runs) await send({ type: 'outputs', outputs: await run(session, feeds) });
  } catch (error) {
    await send({ type: 'failed', stage: 'run', message: messageOf(error) });
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

const sendToParent: Send = (message) =>
  new Promise((resolve) => {
    // A parent that went away needs no answer.
    process.send?.(message, () => resolve());
  });

process.once('message', (task: ProbeTask) => void probe(task, sendToParent).finally(() => process.disconnect()));

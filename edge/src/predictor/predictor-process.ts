/** Process of a predictor: one model, which can be killed whatever it does. */
import { messageOf } from '@lineside/kit';
import { InferenceError, OnnxSession } from '../inference/index.ts';
import type { FromProcess, ToProcess } from './session-process.ts';

const never = new AbortController().signal;
let session: OnnxSession | undefined;

async function answer(message: ToProcess): Promise<FromProcess> {
  try {
    if (message.type === 'start') {
      session = new OnnxSession(message.spec);
      return { type: 'started', facts: await session.start(never) };
    }
    if (session === undefined) throw new InferenceError('session_closed', 'the session is not open');
    // What arrives is a part of a larger buffer, and the session wants a whole one. The parent keeps its own pixels.
    const pixels = Uint8Array.from(message.pixels);
    const inferred = await session.infer(pixels, message.source, message.deadlineMs);
    return { type: 'answer', answer: { ...inferred, pixels: new Uint8Array(0) } };
  } catch (error) {
    const known = error instanceof InferenceError ? error : new InferenceError('inference_error', messageOf(error));
    return { type: 'failed', code: known.code, message: known.message, advice: known.advice };
  }
}

// The parent asks for one thing after the other, and kills this process at the end.
process.on('message', (message: ToProcess) => {
  void answer(message).then((result) => process.send?.(result));
});
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));

/** Worker thread of a reader: decodes one picture after the other. */
import { parentPort } from 'node:worker_threads';
import { messageOf, systemClock } from '@lineside/kit';
import { decode, prepareDecoder } from './decode.ts';
import type { FromReader, ToReader } from './worker-protocol.ts';

const port = parentPort;
if (port === null) throw new Error('reader-worker.ts runs as a worker thread');

function post(message: FromReader, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer);
}

async function answer({ picture, options }: ToReader): Promise<void> {
  const started = systemClock.monoMs();
  try {
    const codes = await decode(picture, options);
    const pixels = picture.pixels.buffer;
    post({ type: 'codes', codes, pixels, tookMs: systemClock.monoMs() - started }, [pixels]);
  } catch (error) {
    post({ type: 'failed', message: messageOf(error) });
  }
}

try {
  await prepareDecoder();
  port.on('message', (message: ToReader) => void answer(message));
  post({ type: 'ready' });
} catch (error) {
  post({ type: 'failed', message: messageOf(error) });
}

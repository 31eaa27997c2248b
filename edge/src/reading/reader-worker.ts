/** Worker thread of a reader of codes: decodes one picture after the other. */
import { parentPort } from 'node:worker_threads';
import { decode, prepareDecoder } from './decode.ts';
import { servePictures } from './serve-pictures.ts';

const port = parentPort;
if (port === null) throw new Error('reader-worker.ts runs as a worker thread');

await servePictures(port, async () => {
  await prepareDecoder();
  return { read: decode, close: () => Promise.resolve() };
});

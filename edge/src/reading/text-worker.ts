/** Worker thread of a reader of text: recognises one picture after the other. */
import { parentPort } from 'node:worker_threads';
import { ocrFiles, TextRecogniser } from '../ocr/index.ts';
import { greyOf } from './grey.ts';
import { servePictures } from './serve-pictures.ts';

const port = parentPort;
if (port === null) throw new Error('text-worker.ts runs as a worker thread');

await servePictures(port, async () => {
  const recogniser = await TextRecogniser.open(await ocrFiles());
  return { read: (picture) => recogniser.read(greyOf(picture)), close: () => recogniser.close() };
});

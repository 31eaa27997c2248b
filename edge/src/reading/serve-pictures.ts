import type { MessagePort } from 'node:worker_threads';
import { LinesideError, messageOf, systemClock } from '@lineside/kit';
import type { CodePicture } from './picture.ts';
import type { FromReader, ToReader } from './worker-protocol.ts';

/** What a thread does with the pictures that it is sent. */
export interface PictureServer<Options, Found> {
  read(picture: CodePicture, options: Options): Promise<Found>;
  close(): Promise<void>;
}

/** The thread's side of a `PictureThread`: opens what reads, then answers picture by picture. Never rejects. */
export async function servePictures<Options, Found>(
  port: MessagePort,
  open: () => Promise<PictureServer<Options, Found>>,
): Promise<void> {
  const post = (message: FromReader<Found>, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);
  const answer = async (
    server: PictureServer<Options, Found>,
    { picture, options }: Extract<ToReader<Options>, { type: 'read' }>,
  ): Promise<void> => {
    const started = systemClock.monoMs();
    try {
      const found = await server.read(picture, options);
      const pixels = picture.pixels.buffer;
      post({ type: 'read', found, pixels, tookMs: systemClock.monoMs() - started }, [pixels]);
    } catch (error) {
      post({ type: 'failed', message: messageOf(error) });
    }
  };
  try {
    const server = await open();
    port.on('message', (message: ToReader<Options>) => {
      if (message.type === 'read') void answer(server, message);
      else void server.close().finally(() => port.close());
    });
    post({ type: 'ready' });
  } catch (error) {
    post({ type: 'failed', ...codeOf(error), message: messageOf(error) });
    port.close();
  }
}

function codeOf(error: unknown): { readonly code?: 'ocr_missing' | 'ocr_damaged' } {
  if (!(error instanceof LinesideError)) return {};
  return error.code === 'ocr_missing' || error.code === 'ocr_damaged' ? { code: error.code } : {};
}

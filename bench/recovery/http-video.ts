import { createServer, type Server } from 'node:http';
import { SupervisedProcess } from '@lineside/kit';

const HOST = '127.0.0.1';

/** A camera over HTTP whose video can be exchanged: MPEG transport stream, as fast as it was recorded, without end. */
export class HttpVideo implements AsyncDisposable {
  readonly #server: Server;
  readonly #senders = new Set<SupervisedProcess>();
  #video: string;

  constructor(video: string) {
    this.#video = video;
    this.#server = createServer((_, response) => {
      response.writeHead(200, { 'Content-Type': 'video/mp2t' });
      const pace = ['-nostdin', '-loglevel', 'error', '-re', '-stream_loop', '-1', '-i', this.#video];
      const sender = new SupervisedProcess({
        command: 'ffmpeg',
        args: [...pace, '-c', 'copy', '-f', 'mpegts', '-flush_packets', '1', 'pipe:3'],
        ...{ group: 'parent', extraPipes: 1, drainMs: 500 },
      });
      this.#senders.add(sender);
      sender.extraPipes[0]?.on('data', (bytes: Buffer) => response.write(bytes));
      response.on('error', () => response.destroy());
      response.on('close', () => void sender.kill());
      void sender.exited.finally(() => {
        this.#senders.delete(sender);
        response.destroy();
      });
    });
  }

  listen(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject).listen(0, HOST, () => {
        const address = this.#server.address();
        resolve(`http://${HOST}:${typeof address === 'object' && address !== null ? address.port : 0}/video`);
      });
    });
  }

  /** As a camera that was set up anew: connections end, and the next ones get the other video. */
  async exchange(video: string): Promise<void> {
    this.#video = video;
    this.#server.closeAllConnections();
    await Promise.all([...this.#senders].map((sender) => sender.kill()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await Promise.all([...this.#senders].map((sender) => sender.kill()));
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}

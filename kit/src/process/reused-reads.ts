import { Socket, type SocketConstructorOpts } from 'node:net';
import type { Readable } from 'node:stream';

/** As much as one read of a pipe gives. */
const BUFFER_BYTES = 64 * 1024;

/** What Node's sockets and pipes have in common beneath their streams; not in its documentation. */
interface ReadHandle {
  reading: boolean;
  readStop(): void;
  useUserBuffer(buffer: Uint8Array): void;
}

/**
 * Reads a child's pipe into one buffer, again and again, from `resume()` on; `onBytes` copies what must stay. Node's streams
 * take a new buffer for each read: with megabytes a second that leads to a complete garbage collection every second. For
 * sockets that are connected by Node there is the option `onread` for this; a child's pipe can have it only if its handle
 * goes to a new socket. Where a version of Node has no such handle, the pipe is read as usual.
 *
 * @returns the stream to pause, resume, destroy and wait for, instead of `pipe`.
 */
export function readReusing(pipe: Readable, onBytes: (bytes: Uint8Array) => void): Readable {
  const owner = pipe as Readable & { _handle?: ReadHandle | null };
  const handle = owner._handle;
  if (typeof handle?.useUserBuffer !== 'function' || typeof handle.readStop !== 'function') {
    return pipe.pause().on('data', onBytes);
  }
  handle.readStop();
  handle.reading = false;
  // The handle lives on in the new socket; without it the old one closes at once.
  owner._handle = null;
  pipe.destroy();
  const options: Omit<SocketConstructorOpts, 'handle'> & { readonly handle: ReadHandle; readonly manualStart: true } = {
    ...{ handle, manualStart: true, readable: true, writable: false },
    onread: {
      buffer: Buffer.allocUnsafeSlow(BUFFER_BYTES),
      callback: (count, buffer) => {
        onBytes(buffer.subarray(0, count));
        return true;
      },
    },
  };
  // The documented type of `handle` is another one.
  return Reflect.construct(Socket, [options]) as Readable;
}

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';

export interface PictureFormat {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
}

/** FFmpeg ended badly; the message carries the end of its stderr. */
export class EncoderError extends Error {
  override readonly name = 'EncoderError';
}

const STDERR_KEPT = 2000;

/** An FFmpeg child that takes RGB24 frames. What it writes comes on `output` (empty when it writes to a file). */
export class Encoder {
  readonly output: Readable;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #ended: Promise<void>;
  #stderr = '';

  private constructor(input: readonly string[], target: readonly string[], signal: AbortSignal) {
    const args = ['-hide_banner', '-nostdin', '-loglevel', 'error', ...input, ...target];
    this.#child = spawn('ffmpeg', args, { stdio: ['pipe', 'pipe', 'pipe'], signal, killSignal: 'SIGKILL' });
    this.output = this.#child.stdout;
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT);
    });
    this.#ended = this.#watch(signal);
    // Both `write` and `finish` await the exit; an input error always shows there too.
    this.#ended.catch(() => undefined);
    this.#child.stdin.on('error', () => undefined);
  }

  /** Writes an MP4 file of constant rate. */
  static toFile(format: PictureFormat, path: string, signal: AbortSignal, fast = false): Encoder {
    const effort = fast ? ['-preset', 'ultrafast', '-crf', '23'] : ['-preset', 'veryfast', '-crf', '20'];
    const quality = ['-c:v', 'libx264', ...effort, '-g', String(Math.ceil(format.fps * 2))];
    return new Encoder(
      rawInput(format),
      [...quality, '-pix_fmt', 'yuv420p', '-movflags', '+faststart', '-y', path],
      signal,
    );
  }

  /** Gives Annex B with access unit delimiters: one picture out for each in, a key frame each second. */
  static toStream(format: PictureFormat, signal: AbortSignal): Encoder {
    const second = String(Math.max(1, Math.round(format.fps)));
    const speed = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-profile:v', 'baseline'];
    const shape = ['-pix_fmt', 'yuv420p', '-crf', '23', '-threads', '1'];
    const keys = ['-g', second, '-keyint_min', second, '-sc_threshold', '0', '-x264-params', 'aud=1'];
    return new Encoder(
      rawInput(format),
      [...speed, ...shape, ...keys, '-flush_packets', '1', '-f', 'h264', 'pipe:1'],
      signal,
    );
  }

  /** Hands over one frame; done when FFmpeg has taken it and the buffer may be written again. */
  async write(frame: Uint8Array): Promise<void> {
    const taken = new Promise<void>((resolve, reject) => {
      this.#child.stdin.write(frame, (error) => (error ? reject(error) : resolve()));
    });
    // A write into a dead child may never call back; the child's exit gives the reason.
    await Promise.race([taken.catch(() => this.#ended), this.#ended]);
  }

  /** No more frames: waits until FFmpeg has written everything. */
  async finish(): Promise<void> {
    this.#child.stdin.end();
    if (!this.output.readableFlowing) this.output.resume();
    await this.#ended;
  }

  async #watch(signal: AbortSignal): Promise<void> {
    try {
      const [code] = (await once(this.#child, 'close')) as [number | null];
      if (code !== 0) throw new EncoderError(`ffmpeg ended with ${code ?? 'a signal'}: ${this.#stderr.trim()}`);
    } catch (error) {
      if (signal.aborted || error instanceof EncoderError) throw error;
      throw new EncoderError('ffmpeg cannot be started; install it (Debian: apt install ffmpeg)', { cause: error });
    }
  }
}

function rawInput(format: PictureFormat): string[] {
  const size = `${format.width}x${format.height}`;
  return ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-video_size', size, '-framerate', String(format.fps), '-i', 'pipe:0'];
}

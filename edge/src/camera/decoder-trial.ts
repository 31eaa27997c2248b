import { FairDeadline, messageOf, untilAborted } from '@lineside/kit';
import { type FfmpegCapabilities, HARDWARE_DECODERS } from './capabilities.ts';
import { FIRST_PIPE } from './ffmpeg-args.ts';
import { FfmpegChild } from './ffmpeg-child.ts';

const TRIAL_MS = 10_000;
const SIDE = 128;
/** The level of the test picture, and how far a decoder may be from it. */
const GREY = 126;
const TOLERANCE = 12;
const STDERR_KEPT = 400;

/** Six pictures of even grey, 128 pixels wide, by codec. */
const STREAMS: Readonly<Record<string, string>> = {
  h264: 'AAAAAWdkAAqssgQI2AiAAAADAIAAAAUHiRMkAAAAAWjrw8siwAAAAWWIhAR//veIHzKI2rXchHnrS6tH1DxePefTvrRgceILNaee0AAowDNk6DDhAAAAAUGaOxBH//61KoAZkAAAAAFBmk8IZMphBH/+tSqAGZEAAAABQZpyeEPJlMCCP/61KoAZkAAAAAFnZAAKrLIECNgIgAAAAwCAAAAFB4kTJAAAAAFo68PLIsAAAAFliIIBP/73sY+BOxRZc6inof4RWx9JCIERpxoUZBAAHp6aooeAAFJATcY9RWEAAAABQZo7EP/+qZYAxIE=',
  hevc: 'AAAAAUABDAH//wFgAAADAJAAAAMAAAMAHpKAkAAAAAFCAQEBYAAAAwCQAAADAAADAB6gECAgWWSpJMrwFoCAAAADAIAAAAMChAAAAAFEAcFytCJAAAABKAGvJvmCaf8YvgKhhazxSWgP8AAAAAECAdAJfhDGTPgf3AAAAAECAdAR/9RDBkT4H9wAAAABAgHQGJ/9xDAZEPgf3AAAAAFAAQwB//8BYAAAAwCQAAADAAADAB6SgJAAAAABQgEBAWAAAAMAkAAAAwAAAwAeoBAgIFlkqSTK8BaAgAAAAwCAAAADAoQAAAABRAHBcrQiQAAAASoBrBBNX4D4ggz/Wk0g9+MWURuuQOqAAAAAAQIB0Cl+EMZE+B/c',
};

/** A decoder that FFmpeg lists and that cannot be used, with the reason. */
export interface RefusedDecoder {
  readonly name: string;
  readonly reason: string;
}

/**
 * Decodes a test picture with each hardware decoder that FFmpeg lists: one that gives no picture, or another one, counts as
 * absent. Costs nothing where FFmpeg has none.
 */
export async function tryDecoders(
  capabilities: FfmpegCapabilities,
  signal: AbortSignal,
): Promise<{ readonly capabilities: FfmpegCapabilities; readonly refused: readonly RefusedDecoder[] }> {
  const refused: RefusedDecoder[] = [];
  for (const [codec, names] of Object.entries(HARDWARE_DECODERS)) {
    for (const name of names.filter((listed) => capabilities.decoders.has(listed))) {
      const reason = await faultOf(name, codec, capabilities.command, signal);
      if (reason !== undefined) refused.push({ name, reason });
    }
  }
  const lost = new Set(refused.map(({ name }) => name));
  const decoders = new Set([...capabilities.decoders].filter((name) => !lost.has(name)));
  return { capabilities: { ...capabilities, decoders }, refused };
}

/** Why the decoder cannot be used; undefined when it can. */
async function faultOf(
  decoder: string,
  codec: string,
  command: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const picture = { bytes: 0, sum: 0 };
  let stderr = '';
  const child = new FfmpegChild({
    command,
    args: [
      ...['-hide_banner', '-nostdin', '-loglevel', 'error', '-threads', '1', '-c:v', decoder, '-f', codec],
      ...['-i', `data:video/${codec};base64,${STREAMS[codec] ?? ''}`, '-frames:v', '1'],
      ...['-f', 'rawvideo', '-pix_fmt', 'gray', `pipe:${FIRST_PIPE}`],
    ],
    outputs: 1,
    onBytes: (_, chunk) => {
      picture.bytes += chunk.length;
      for (const level of chunk) picture.sum += level;
    },
    onStderr: (text) => (stderr = (stderr + text).slice(-STDERR_KEPT)),
    mustDrain: false,
  });
  child.flow();
  using deadline = new FairDeadline({ pid: child.pid, ownMs: TRIAL_MS });
  const over = AbortSignal.any([signal, deadline.signal]);
  const ended = await untilAborted(child.exited.catch(messageOf), over);
  if (ended === undefined) await child.kill();
  signal.throwIfAborted();
  if (picture.bytes === SIDE * SIDE) {
    const level = picture.sum / picture.bytes;
    return Math.abs(level - GREY) <= TOLERANCE ? undefined : `it shows level ${Math.round(level)} instead of ${GREY}`;
  }
  const last = stderr.trim().split('\n').at(-1) ?? '';
  if (ended === undefined) return `it gave no picture within ${TRIAL_MS / 1000} s`;
  return last === '' ? 'it gave no picture' : `it gave no picture: ${last}`;
}

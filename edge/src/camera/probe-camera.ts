import type { Clock } from '@lineside/kit';
import { BufferPool } from './buffer-pool.ts';
import type { FfmpegCapabilities } from './capabilities.ts';
import { StreamError } from './errors.ts';
import { explainAuth } from './explain-auth.ts';
import type { SourceProbe } from './probe-source.ts';
import { givesSnapshots, SnapshotRelay } from './snapshot-relay.ts';
import { isStillFile, socketTimeoutMs, sourceOf } from './sources/index.ts';
import type { StreamFacts } from './stderr-reader.ts';
import { StreamRun } from './stream-run.ts';
import { UrlHandover } from './url-handover.ts';

const PATIENCE_MS = 10_000;

/** How long `probeCamera` waits for the first frame of a camera of which `fps` frames a second are wanted. */
export function probePatienceMs(fps: number): number {
  return Math.max(PATIENCE_MS, socketTimeoutMs(fps));
}

/**
 * Opens a camera as the inspection does, decodes its first frame and reads what it is. A stream whose header alone can be
 * read is none.
 *
 * @throws StreamError with the code of what is wrong.
 */
export async function probeCamera(
  { url, transport, fps }: { readonly url: string; readonly transport: 'tcp' | 'udp'; readonly fps: number },
  { capabilities, clock }: { readonly capabilities: FfmpegCapabilities; readonly clock: Clock },
  signal: AbortSignal,
): Promise<SourceProbe> {
  const seen = new AbortController();
  const found: { facts?: StreamFacts; frame?: true } = {};
  await using source = (await givesSnapshots(url, signal))
    ? await SnapshotRelay.open({ url, fps, patienceMs: socketTimeoutMs(fps), clock })
    : await UrlHandover.open(url);
  const run = new StreamRun({
    source,
    request: {
      ...{ url, transport, formats: [], picture: 'evidence', paced: !sourceOf(url).isLive, loop: false },
      ...{ choice: { kind: 'live', fps }, timeoutMs: socketTimeoutMs(fps) },
      pixelAspect: isStillFile(url) ? 'ignore' : 'honour',
    },
    capabilities,
    pool: new BufferPool(),
    clock,
    stallMs: () => probePatienceMs(fps),
    graceMs: probePatienceMs(fps),
    backPressure: false,
    ends: false,
    onFrame: () => {
      found.frame = true;
      seen.abort();
    },
    onFacts: (facts) => (found.facts = facts),
  });
  const { error } = await run.run(AbortSignal.any([signal, seen.signal]));
  const { facts, frame } = found;
  if (frame === true && facts?.source !== undefined) {
    const { codec = 'video', fps: rate, source: size } = facts;
    return { codec, ...size, ...(rate === undefined ? {} : { fps: rate }) };
  }
  signal.throwIfAborted();
  throw await explainAuth(error ?? new StreamError('not_video', 'the source gave no picture'), url, signal);
}

import { type GstreamerCapabilities, probeGstreamer } from '../../camera/index.ts';
import type { LoadedConfig } from '../../config/index.ts';
import type { Check } from '../check.ts';
import { found, ok } from '../finding.ts';

/** GStreamer, where a camera is to be decoded by it. */
export function gstreamerCheck(
  { config }: LoadedConfig,
  probe: (signal: AbortSignal) => Promise<GstreamerCapabilities | undefined> = probeGstreamer,
): Check {
  return {
    name: 'gstreamer',
    deadlineMs: 30_000,
    run: async (signal) => {
      const cameras = config.cameras.filter(({ decoder }) => decoder === 'gstreamer').map(({ id }) => id);
      if (cameras.length === 0) return [ok('gstreamer', 'no camera needs it')];
      const known = await probe(signal);
      if (known === undefined) {
        return [found('gstreamer_missing', `it, or an element of it, is missing; needed by ${cameras.join(', ')}`)];
      }
      return [ok('gstreamer', `GStreamer ${known.version}, decoders ${Object.values(known.decoders).join(', ')}`)];
    },
  };
}

import { type GstreamerCapabilities, isTegra, mayUseGstreamer, probeGstreamer } from '../../camera/index.ts';
import type { LoadedConfig } from '../../config/index.ts';
import type { Check } from '../check.ts';
import { found, ok } from '../finding.ts';

/** GStreamer, where a camera is to be decoded by it. `learn` gets what it can decode, where a camera may use it. */
export function gstreamerCheck(
  { config }: LoadedConfig,
  learn: (capabilities: GstreamerCapabilities) => void,
  probe: (signal: AbortSignal) => Promise<GstreamerCapabilities | undefined> = probeGstreamer,
): Check {
  return {
    name: 'gstreamer',
    deadlineMs: 30_000,
    run: async (signal) => {
      const tegra = await isTegra();
      const mayUse = config.cameras.some(({ decoder }) => mayUseGstreamer(decoder, tegra));
      const known = mayUse ? await probe(signal) : undefined;
      if (known !== undefined) learn(known);
      const cameras = config.cameras.filter(({ decoder }) => decoder === 'gstreamer').map(({ id }) => id);
      if (cameras.length === 0) return [ok('gstreamer', 'no camera needs it')];
      if (known === undefined) {
        return [found('gstreamer_missing', `it, or an element of it, is missing; needed by ${cameras.join(', ')}`)];
      }
      return [ok('gstreamer', `GStreamer ${known.version}, decoders ${Object.values(known.decoders).join(', ')}`)];
    },
  };
}

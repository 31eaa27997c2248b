/** Points of controllers, read again and again: every protocol of `plant/points` is a source of signals. */
import { POINT_PROTOCOLS, type PointProtocol } from '../../../plant/points/index.ts';
import type { SignalProtocol } from '../../signal-source.ts';

/** A value that was not read again for so long is stale. */
const STALE_AFTER_MS = 5_000;

export const pointSources: readonly SignalProtocol[] = POINT_PROTOCOLS.map(sourceOf);

function sourceOf(protocol: PointProtocol): SignalProtocol {
  return {
    schemes: protocol.schemes,
    problem: (url) => protocol.urlProblem(url),
    connectionOf: (url) => protocol.address(url).connection,
    staleAfterMs: STALE_AFTER_MS,
    open: async (points, tools) => {
      const { PointSource } = await import('./point-source.ts');
      const addressed = points.map(({ id, url }) => ({ id, ...protocol.address(url) }));
      return new PointSource(protocol, addressed, tools);
    },
  };
}

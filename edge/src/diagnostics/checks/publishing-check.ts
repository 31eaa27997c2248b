import { controlSocketPath, getControlJson } from '../../status/client/index.ts';
import type { Check } from '../check.ts';
import { found, ok } from '../finding.ts';
import { publishingFacts } from './service-facts.ts';

/** The feeds of the running service, and its servers of OPC UA. */
export function publishingCheck(dataDir: string): Check {
  return {
    name: 'publishing',
    deadlineMs: 8_000,
    run: async () => {
      const { body } = await getControlJson(controlSocketPath(dataDir), '/api/v1/status', 5_000);
      const { feeds, servers } = publishingFacts(body);
      const troubles = [
        ...feeds.flatMap(({ id, connected, problem = 'it is not connected' }) =>
          connected ? [] : [found('feed_down', problem, { subject: id })],
        ),
        ...servers.flatMap(({ url, up, problem = 'it is starting' }) =>
          up ? [] : [found('plant_server_down', problem, { subject: url })],
        ),
      ];
      return troubles.length > 0
        ? troubles
        : [ok('publishing', `feeds: ${feeds.length}, servers of OPC UA: ${servers.length}, all of them up`)];
    },
  };
}

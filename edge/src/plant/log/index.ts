/** `log:` writes what would be signalled to the plant to the log, for commissioning. */
import type { PlantProtocol } from '../plant-connection.ts';

export const log: PlantProtocol = {
  schemes: ['log'],
  problem: (url) => (url.toLowerCase() === 'log:' ? undefined : 'has more than the scheme: write log:'),
  connect: async (_url, tools) => {
    const { LogConnection } = await import('./log-connection.ts');
    return new LogConnection(tools.log);
  },
};

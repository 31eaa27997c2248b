/**
 * `twin:` the plant of a simulated line, or of any program that serves lines of JSON over TCP: `twin://HOST:PORT/NAME`.
 * Each connection receives the newest reading of every signal, then each change, and proof of life in between.
 */
import type { SignalProtocol } from '../../signal-source.ts';

export const twin: SignalProtocol = {
  schemes: ['twin'],
  problem: (url) => {
    if (!URL.canParse(url)) return 'is not a URL: write twin://HOST:PORT/NAME';
    const { hostname, port, pathname } = new URL(url);
    if (hostname === '' || port === '') return 'names no host and port: write twin://HOST:PORT/NAME';
    return pathname.length < 2 ? 'names no signal after the port: write twin://HOST:PORT/NAME' : undefined;
  },
  connectionOf: (url) => `twin://${new URL(url).host}`,
  staleAfterMs: 5_000,
  open: async (points, tools) => {
    const { TwinSource } = await import('./twin-source.ts');
    return new TwinSource(points, tools);
  },
};

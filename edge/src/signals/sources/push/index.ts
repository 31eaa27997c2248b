/** `push:` a signal that others set: over the API, over the control socket, or with `lineside signal set`. */
import { aborted, type Service } from '@lineside/kit';
import type { SignalProtocol } from '../../signal-source.ts';

export const push: SignalProtocol = {
  schemes: ['push'],
  problem: (url) => (url.toLowerCase() === 'push:' ? undefined : 'has more than the scheme: write push:'),
  connectionOf: () => 'push:',
  // What a person sets holds until it is set again.
  staleAfterMs: undefined,
  open: () => Promise.resolve(PUSHED),
};

/** Nothing is to be opened: the values come through the API of the service. */
const PUSHED: Service = { name: 'signals push', run: aborted };

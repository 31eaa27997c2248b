import type { Rank } from './access-port.ts';

/** What may be changed over HTTP, and the least rank that may over the network; `owner`: the control socket alone. */
const CHANGES: readonly { readonly path: RegExp; readonly rank: Rank | 'owner' }[] = [
  { path: /^\/api\/v1\/(?:signals|cleaning|maintenance|recipe|teaching)$/, rank: 'technician' },
  { path: /^\/api\/v1\/cameras\/[^/]+\/(?:accept|shapes|shapes\/undo|preview)$/, rank: 'technician' },
  { path: /^\/api\/v1\/events\/[^/]+\/acknowledge$/, rank: 'technician' },
  { path: /^\/api\/v1\/account\/(?:password|sessions)$/, rank: 'viewer' },
  { path: /^\/api\/v1\/(?:models\/limit|accounts)$/, rank: 'admin' },
  { path: /^\/api\/v1\/(?:updates|access|outputs|plant-writes)$/, rank: 'owner' },
];

/** The least rank for a change at this path; undefined where nothing can be changed. */
export function rankFor(path: string): Rank | 'owner' | undefined {
  return CHANGES.find((change) => change.path.test(path))?.rank;
}

/** What is asked with a body and changes nothing. */
export const isQuestion = (path: string): boolean => /^\/api\/v1\/cameras\/[^/]+\/preview$/.test(path);

/** What a screen on a wall does not get to read. */
const NOT_FOR_WALLS = /^\/api\/v1\/(?:log|updates|account|teaching(?:\/.+)?|cameras\/[^/]+\/(?:log|shapes))$/;

/** The least rank for reading at this path. */
export function rankToRead(path: string): Rank {
  if (path === '/api/v1/accounts') return 'admin';
  return NOT_FOR_WALLS.test(path) ? 'viewer' : 'wall';
}

/** Where one logs in and out. */
export const SESSION_PATH = /^\/api\/v1\/session(?:\/(?:setup|wall|end))?$/;

import type { Rank } from './access-port.ts';

/** What may be changed over HTTP, and the least rank that may over the network; `owner`: the control socket alone. */
const CHANGES: readonly { readonly path: RegExp; readonly rank: Rank | 'owner' }[] = [
  { path: /^\/api\/v1\/(?:signals|cleaning|recipe)$/, rank: 'technician' },
  { path: /^\/api\/v1\/cameras\/[^/]+\/(?:accept|shapes|shapes\/undo)$/, rank: 'technician' },
  { path: /^\/api\/v1\/events\/[^/]+\/acknowledge$/, rank: 'technician' },
  { path: /^\/api\/v1\/models\/limit$/, rank: 'admin' },
  { path: /^\/api\/v1\/(?:updates|access|outputs|plant-writes)$/, rank: 'owner' },
];

/** The least rank for a change at this path; undefined where nothing can be changed. */
export function rankFor(path: string): Rank | 'owner' | undefined {
  return CHANGES.find((change) => change.path.test(path))?.rank;
}

/** What a screen on a wall does not get to read. */
const NOT_FOR_WALLS = /^\/api\/v1\/(?:log|updates|cameras\/[^/]+\/(?:log|shapes))$/;

/** The least rank for reading at this path. */
export function rankToRead(path: string): Rank {
  return NOT_FOR_WALLS.test(path) ? 'viewer' : 'wall';
}

/** Where one logs in and out. */
export const SESSION_PATH = /^\/api\/v1\/session(?:\/(?:setup|wall|end))?$/;

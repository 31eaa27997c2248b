/** What a primary host says of itself; `timestamp` in milliseconds since 1970. */
export interface HostState {
  readonly online: boolean;
  readonly timestamp: number;
}

const MAX_BYTES = 1_024;

/** The payload of a STATE topic (6.4.28), or undefined where it is none. */
export function parseHostState(payload: Uint8Array): HostState | undefined {
  if (payload.length > MAX_BYTES) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(payload).toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (typeof json !== 'object' || json === null || !('online' in json) || !('timestamp' in json)) return undefined;
  const { online, timestamp } = json;
  if (typeof online !== 'boolean' || typeof timestamp !== 'number') return undefined;
  return Number.isSafeInteger(timestamp) ? { online, timestamp } : undefined;
}

/** The state after another message: an `offline` that is older than the newest `online` is of an earlier connection. */
export function nextHostState(before: HostState | undefined, next: HostState): HostState {
  return before?.online === true && !next.online && next.timestamp < before.timestamp ? before : next;
}

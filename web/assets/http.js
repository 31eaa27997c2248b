const DEADLINE_MS = 6000;

/** The server wants a token first. */
export class TokenNeeded extends Error {}

/** JSON from `path`; rejects when there is none in time, with the server's own message where it sent one. */
export async function getJson(path) {
  const response = await fetch(path, {
    signal: AbortSignal.timeout(DEADLINE_MS),
    headers: { accept: 'application/json' },
  });
  if (response.status === 401) throw new TokenNeeded();
  const body = await response.json().catch(() => undefined);
  if (!response.ok || body === undefined)
    throw new Error(body?.error?.message ?? body?.title ?? `HTTP ${response.status}`);
  return body;
}

/** Sends `value` as JSON; true when the server accepted it. */
export async function postJson(path, value) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
  return response.ok;
}

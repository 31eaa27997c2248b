const DEADLINE_MS = 6000;

/** The server wants a token first. */
export class TokenNeeded extends Error {}

/** Characters that would act on the page instead of being shown; kit's `printable` says more. */
const HARMFUL = /(?!\u200c|\u200d|[\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** The value of a JSON text with every text in it harmless: names come from models, cameras and devices. */
export function harmlessJson(text) {
  return JSON.parse(text, (_key, value) => (typeof value === 'string' ? value.replace(HARMFUL, '\ufffd') : value));
}

/** JSON from `path`; rejects when there is none in time, with the server's own message where it sent one. */
export async function getJson(path) {
  const response = await fetch(path, {
    signal: AbortSignal.timeout(DEADLINE_MS),
    headers: { accept: 'application/json' },
  });
  if (response.status === 401) throw new TokenNeeded();
  const body = await response
    .text()
    .then(harmlessJson)
    .catch(() => undefined);
  if (!response.ok || body === undefined) throw refusal(response, body);
  return body;
}

/** What the server says against a request: its own message, with the code by which a page has its own words. */
function refusal({ status }, body) {
  const said = body?.error ?? body;
  const error = new Error(said?.message ?? said?.title ?? `HTTP ${status}`);
  error.code = said?.code ?? `http_${status}`;
  return error;
}

/** Sends `value` as JSON and gives the answer; rejects with the server's own message. */
export async function sendJson(path, value) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
  const body = await response
    .text()
    .then(harmlessJson)
    .catch(() => undefined);
  if (!response.ok) throw refusal(response, body);
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

import { harmlessJson } from '/common/http.js';
import { session } from './session.js';

const DEADLINE_MS = 15_000;

/** Sends a change to the device and gives its answer; throws what the device says against it, with its advice. */
export async function change(path, body) {
  const { csrf } = session();
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(csrf !== undefined && { 'x-lineside-csrf': csrf }) },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
  const answer = await response
    .text()
    .then(harmlessJson)
    .catch(() => undefined);
  if (response.ok && answer !== undefined) return answer;
  const { message, advice } = answer?.error ?? {};
  throw new Error(message === undefined ? `HTTP ${response.status}` : [message, advice].filter(Boolean).join('. '));
}

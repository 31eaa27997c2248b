import { harmlessJson } from '/common/http.js';
import { findingText } from './findings.js';
import { session } from './session.js';

const DEADLINE_MS = 15_000;

/** Sends a change to the device and gives its answer; throws what the device says against it, with its advice. */
export async function change(path, body, deadlineMs = DEADLINE_MS) {
  const { csrf } = session();
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(csrf !== undefined && { 'x-lineside-csrf': csrf }) },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(deadlineMs),
  });
  const answer = await response
    .text()
    .then(harmlessJson)
    .catch(() => undefined);
  if (response.ok && answer !== undefined) return answer;
  if (answer?.error?.message === undefined) throw new Error(`HTTP ${response.status}`);
  const { message, original, advice } = findingText(answer.error);
  throw new Error([message, original, advice].filter(Boolean).join('. '));
}

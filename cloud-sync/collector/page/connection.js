/* global performance */
import { useEffect, useState } from '/vendor/preact.js';

const EVERY_MS = 2000;
const GIVE_UP_MS = 6000;

/** The collector wants a token first. */
export class TokenNeeded extends Error {}

/** JSON behind `path`; rejects when there is none in time. */
export async function get(path) {
  const response = await fetch(path, {
    signal: AbortSignal.timeout(GIVE_UP_MS),
    headers: { accept: 'application/json' },
  });
  if (response.status === 401) throw new TokenNeeded();
  if (!response.ok) throw new Error(`the collector answered ${response.status}`);
  return response.json();
}

/** True when the token was the right one. */
export async function signIn(token) {
  const response = await fetch('/api/v1/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
    signal: AbortSignal.timeout(GIVE_UP_MS),
  });
  return response.ok;
}

async function look() {
  const [devices, stats, gaps] = await Promise.all([
    get('/api/v1/devices'),
    get('/api/v1/stats'),
    get('/api/v1/gaps?limit=20'),
  ]);
  return { nowMs: devices.nowMs, devices: devices.items, store: stats.store, counted: stats.process, gaps };
}

/** What the collector says, again every two seconds; `sinceMs` is when this page last heard it, on the page's clock. */
export function useCollector() {
  const [state, setState] = useState({ seen: undefined, connected: true, locked: false, heardMs: performance.now() });
  const [round, setRound] = useState(0);
  useEffect(() => {
    let over = false;
    let timer;
    const tick = async () => {
      try {
        const seen = await look();
        if (!over) setState({ seen, connected: true, locked: false, heardMs: performance.now() });
      } catch (error) {
        const locked = error instanceof TokenNeeded;
        if (!over) setState((old) => ({ ...old, connected: locked, locked }));
        if (locked) return;
      }
      if (!over) timer = setTimeout(tick, EVERY_MS);
    };
    tick();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [round]);
  return { ...state, again: () => setRound((n) => n + 1) };
}

/* global performance */
import { useEffect, useState } from '/vendor/preact.js';
import { getJson, TokenNeeded } from '/common/http.js';

const EVERY_MS = 2000;

async function readAll() {
  const [devices, stats, gaps, open] = await Promise.all([
    getJson('/api/v1/devices'),
    getJson('/api/v1/stats'),
    getJson('/api/v1/gaps?limit=20'),
    getJson('/api/v1/events?state=open&limit=100'),
  ]);
  return {
    nowMs: devices.nowMs,
    devices: devices.items,
    store: stats.store,
    counted: stats.process,
    gaps,
    open: open.items,
  };
}

/** The collector's answers, renewed every two seconds; `answeredMs` is the time of the latest one, on the page's clock. */
export function useCollector() {
  const [state, setState] = useState({
    seen: undefined,
    connected: true,
    locked: false,
    answeredMs: performance.now(),
  });
  const [round, setRound] = useState(0);
  useEffect(() => {
    let over = false;
    let timer;
    const tick = async () => {
      try {
        const seen = await readAll();
        if (!over) setState({ seen, connected: true, locked: false, answeredMs: performance.now() });
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

/* global performance */
import { harmlessJson } from '/common/http.js';
import { useEffect, useState } from '/vendor/preact.js';

/** No snapshot for so long means that the device cannot be reached, whatever the state of the socket. */
const SILENCE_MS = 3_500;

/**
 * The newest status document and whether it is fresh. `epoch` rises with every new connection, so that pictures are
 * asked for again; `onEvent` is called for each event as it happens.
 */
export function useStatus(onEvent) {
  const [state, setState] = useState({ document: undefined, connected: false, silentMs: 0, epoch: 0 });
  useEffect(() => {
    let heardAt = performance.now();
    const source = new EventSource('/api/v1/stream');
    const lost = () => setState((old) => ({ ...old, connected: false, silentMs: performance.now() - heardAt }));
    source.addEventListener('open', () => setState((old) => ({ ...old, epoch: old.epoch + 1 })));
    source.addEventListener('snapshot', (message) => {
      heardAt = performance.now();
      const document = harmlessJson(message.data);
      setState((old) => ({ ...old, document, connected: true, silentMs: 0 }));
    });
    source.addEventListener('event', (message) => onEvent(harmlessJson(message.data)));
    source.addEventListener('error', lost);
    const watch = setInterval(() => {
      if (performance.now() - heardAt > SILENCE_MS) lost();
    }, 1_000);
    return () => {
      clearInterval(watch);
      source.close();
    };
  }, []);
  return state;
}

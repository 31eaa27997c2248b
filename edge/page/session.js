import { getJson } from '/common/http.js';
import { useEffect, useState } from '/vendor/preact.js';
import { change } from './change.js';

/** Ranks, least first, as the device has them. */
const RANKS = ['wall', 'viewer', 'technician', 'admin'];
/** On the device itself nobody logs in, and everything may be done. */
const LOCAL = { network: false, who: undefined, rank: 'admin', csrf: undefined };
const TOUCH_MS = 60_000;
const AGAIN_MS = 2_000;
let current = LOCAL;

/** Who uses the page. `who` is undefined where nobody logs in. */
export const session = () => ({ ...current, may: (rank) => RANKS.indexOf(current.rank) >= RANKS.indexOf(rank) });

/**
 * Who uses the page: undefined until that is known. `isOut`: nobody is logged in yet; `needsSetup`: there is no account.
 * `enter(path, body)` logs in and `leave()` out; `refresh()` looks again.
 */
export function useSession() {
  const [known, setKnown] = useState(undefined);
  const [missed, setMissed] = useState(0);
  const take = (answer) => {
    current = answer.network ? answer : LOCAL;
    setKnown({ ...current, isOut: answer.network && answer.who === undefined });
  };
  const refresh = () => getJson('/api/v1/session').then(take, () => setMissed((times) => times + 1));
  const enter = async (path, body) => take(await change(path, body));
  const leave = () => change('/api/v1/session/end', {}).then(take, refresh);
  useEffect(() => {
    const wall = /^#wall=(.+)$/.exec(location.hash)?.[1];
    if (wall === undefined) void refresh();
    else enter('/api/v1/session/wall', { token: wall }).catch(refresh);
    return keepOpen(refresh);
  }, []);
  useEffect(() => {
    if (known !== undefined || missed === 0) return undefined;
    const again = setTimeout(refresh, AGAIN_MS);
    return () => clearTimeout(again);
  }, [missed]);
  return { known, enter, leave, refresh };
}

/** Tells the device now and then that a person is there: what the page asks for by itself keeps no session open. */
function keepOpen(refresh) {
  let touchedAt = Date.now();
  const touch = () => {
    if (current === LOCAL || Date.now() - touchedAt < TOUCH_MS) return;
    touchedAt = Date.now();
    void refresh();
  };
  const kinds = ['pointerdown', 'keydown'];
  for (const kind of kinds) document.addEventListener(kind, touch);
  return () => {
    for (const kind of kinds) document.removeEventListener(kind, touch);
  };
}

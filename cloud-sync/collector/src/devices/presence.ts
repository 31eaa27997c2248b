import type { DeviceState } from '@lineside/protocol';

/** Births that are kept per device to recognise an earlier one that is repeated. */
const REMEMBERED = 8;
/** How long after the last alternation two devices with one identity are still reported. */
const CONFLICT_HOLDS_MS = 10 * 60_000;

export interface Link {
  /** `unknown` until the device or its will was heard after the collector (re)gained the broker. */
  readonly link: 'online' | 'offline' | 'unknown';
  /** Since when, on the monotonic clock. */
  readonly sinceMs: number;
  readonly session: string | undefined;
  /** True while two devices use this identity in turns. */
  readonly identityConflict: boolean;
}

interface Entry {
  link: Link['link'];
  sinceMs: number;
  session: string | undefined;
  births: DeviceState[];
  conflictAtMs: number | undefined;
}

export type Heard = 'birth' | 'offline' | 'stale_will' | 'repeated' | 'identity_conflict';

/** Which devices are online, from births and wills. Keeps nothing that must survive: the broker repeats what it retains. */
export class Presence {
  readonly #devices = new Map<string, Entry>();

  /** Takes a birth or a will; returns what it meant. */
  hear(device: string, state: DeviceState, nowMs: number): Heard {
    const entry = this.#devices.get(device) ?? newEntry(nowMs);
    this.#devices.set(device, entry);
    return state.online ? birth(entry, state, nowMs) : death(entry, state, nowMs);
  }

  /** The connection to the broker is lost, so no device is known to be online. */
  forgetLinks(nowMs: number): void {
    for (const entry of this.#devices.values()) move(entry, 'unknown', nowMs);
  }

  of(device: string, nowMs: number): Link {
    const entry = this.#devices.get(device);
    if (entry === undefined) return { link: 'unknown', sinceMs: 0, session: undefined, identityConflict: false };
    const { link, sinceMs, session, conflictAtMs } = entry;
    const identityConflict = conflictAtMs !== undefined && nowMs - conflictAtMs < CONFLICT_HOLDS_MS;
    return { link, sinceMs, session, identityConflict };
  }

  get online(): number {
    return [...this.#devices.values()].filter(({ link }) => link === 'online').length;
  }
}

function newEntry(nowMs: number): Entry {
  return { link: 'unknown', sinceMs: nowMs, session: undefined, births: [], conflictAtMs: undefined };
}

function birth(entry: Entry, state: DeviceState, nowMs: number): Heard {
  const [latest, ...earlier] = entry.births;
  const known = latest?.session === state.session;
  move(entry, 'online', nowMs);
  entry.session = state.session;
  if (known) return 'repeated';
  entry.births = [state, ...entry.births].slice(0, REMEMBERED);
  // One device changes its session, boot or journal and never returns to an old one; two devices with one identity do.
  const back = latest !== undefined && earlier.some((old) => returned(state, latest, old));
  if (!back) return 'birth';
  entry.conflictAtMs = nowMs;
  return 'identity_conflict';
}

function returned(now: DeviceState, latest: DeviceState, old: DeviceState): boolean {
  return (['session', 'epoch', 'boot'] as const).some((part) => now[part] === old[part] && now[part] !== latest[part]);
}

function death(entry: Entry, state: DeviceState, nowMs: number): Heard {
  if (entry.session !== undefined && entry.session !== state.session) return 'stale_will';
  if (entry.link === 'offline') return 'repeated';
  move(entry, 'offline', nowMs);
  return 'offline';
}

function move(entry: Entry, link: Link['link'], nowMs: number): void {
  if (entry.link === link) return;
  entry.link = link;
  entry.sinceMs = nowMs;
}

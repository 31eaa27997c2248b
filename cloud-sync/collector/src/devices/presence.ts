import type { DeviceState } from '@lineside/protocol';

/** Births that are kept per device to recognise one that comes back. */
const REMEMBERED = 8;
/** How long after the last alternation two appliances with one identity are still reported. */
const CONFLICT_HOLDS_MS = 10 * 60_000;

export interface Link {
  /** `unknown` until the device or its will was heard after the collector (re)gained the broker. */
  readonly link: 'online' | 'offline' | 'unknown';
  /** Since when, on the monotonic clock. */
  readonly sinceMs: number;
  readonly session: string | undefined;
  /** True while two appliances take turns with this identity. */
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

/** Who is there, from births and wills. Holds nothing that must survive: the broker repeats what it retains. */
export class Presence {
  readonly #devices = new Map<string, Entry>();

  /** Takes in a birth or a will; says what it meant. */
  hear(device: string, state: DeviceState, nowMs: number): Heard {
    const entry = this.#devices.get(device) ?? newEntry(nowMs);
    this.#devices.set(device, entry);
    return state.online ? birth(entry, state, nowMs) : death(entry, state, nowMs);
  }

  /** The broker is gone, so nobody is known to be there. */
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
  // One appliance changes its session, boot or journal and never goes back to an old one; two that share an identity do.
  const back = latest !== undefined && earlier.some((old) => cameBack(state, latest, old));
  if (!back) return 'birth';
  entry.conflictAtMs = nowMs;
  return 'identity_conflict';
}

function cameBack(now: DeviceState, latest: DeviceState, old: DeviceState): boolean {
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

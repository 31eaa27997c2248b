import type { DeviceState } from '@lineside/protocol';
import { describe, expect, it } from 'vitest';
import { Presence } from './presence.ts';

const EPOCH = 'a'.repeat(16);

function state(session: string, changes: Partial<DeviceState> = {}): DeviceState {
  return { v: 1, online: true, session, epoch: EPOCH, boot: 'boot-1', t: 0, ...changes };
}

describe('presence', () => {
  it('is online from birth to will of the same session', () => {
    const presence = new Presence();
    expect(presence.of('line-1', 0).link).toBe('unknown');
    expect(presence.hear('line-1', state('s1'), 10)).toBe('birth');
    expect(presence.of('line-1', 20)).toMatchObject({ link: 'online', sinceMs: 10 });
    expect(presence.hear('line-1', state('s1', { online: false }), 30)).toBe('offline');
    expect(presence.of('line-1', 40).link).toBe('offline');
  });

  it('ignores the will of a session that is over', () => {
    const presence = new Presence();
    presence.hear('line-1', state('s1'), 0);
    presence.hear('line-1', state('s2'), 1);
    expect(presence.hear('line-1', state('s1', { online: false }), 2)).toBe('stale_will');
    expect(presence.of('line-1', 3).link).toBe('online');
  });

  it('does not know which devices are online after the broker was lost', () => {
    const presence = new Presence();
    presence.hear('line-1', state('s1'), 0);
    presence.forgetLinks(5);
    expect(presence.of('line-1', 6).link).toBe('unknown');
    expect(presence.online).toBe(0);
    expect(presence.hear('line-1', state('s1'), 7)).toBe('repeated');
    expect(presence.of('line-1', 8).link).toBe('online');
  });

  it('detects two devices that use one identity in turns, by session, by boot or by journal', () => {
    for (const twin of [{ session: 's2' }, { boot: 'boot-2' }, { epoch: 'b'.repeat(16) }]) {
      const presence = new Presence();
      presence.hear('line-1', state('s1'), 0);
      presence.hear('line-1', state('s2', twin), 1);
      const third = 'session' in twin ? 's1' : 's3';
      expect(presence.hear('line-1', state(third), 2)).toBe('identity_conflict');
      expect(presence.of('line-1', 3).identityConflict).toBe(true);
      expect(presence.of('line-1', 2 + 11 * 60_000).identityConflict).toBe(false);
    }
  });

  it('does not mistake restarts and reconnections for a second device', () => {
    const presence = new Presence();
    for (let i = 0; i < 20; i += 1) {
      const boot = `boot-${Math.floor(i / 5)}`;
      expect(presence.hear('line-1', state(`s${i}`, { boot }), i)).toBe('birth');
    }
    expect(presence.of('line-1', 21).identityConflict).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { RoundRobinMailbox } from './round-robin-mailbox.ts';

const never = new AbortController().signal;

describe('the round-robin mailbox', () => {
  it('gives each camera its turn, however often one puts', async () => {
    const turns = new RoundRobinMailbox<string>();
    for (const item of ['busy 1', 'busy 2', 'busy 3']) turns.put('busy', item);
    turns.put('calm', 'calm 1');
    expect(await turns.take(never)).toBe('busy 3');
    turns.put('busy', 'busy 4');
    expect(await turns.take(never)).toBe('calm 1');
    expect(await turns.take(never)).toBe('busy 4');
  });

  it('continues with what was kept at the next turn of its camera, before anything newer', async () => {
    const turns = new RoundRobinMailbox<string>();
    turns.put('tiles', 'tiles 1');
    turns.put('plain', 'plain 1');
    const first = (await turns.take(never)) ?? '';
    turns.keep('tiles', `${first} again`);
    turns.put('tiles', 'tiles 2');
    expect(await turns.take(never)).toBe('plain 1');
    expect(await turns.take(never)).toBe('tiles 1 again');
    expect(await turns.take(never)).toBe('tiles 2');
  });

  it('forgets a kept item that is withdrawn, and only that', () => {
    const turns = new RoundRobinMailbox<string>();
    turns.put('a', 'newer');
    turns.keep('a', 'kept');
    turns.withdraw('a', 'newer');
    expect(turns.poll()).toBe('kept');
    turns.keep('a', 'kept');
    turns.withdraw('a', 'kept');
    expect([turns.poll(), turns.poll()]).toEqual(['newer', undefined]);
  });

  it('returns the item that a newer one replaced', () => {
    const turns = new RoundRobinMailbox<string>();
    expect(turns.put('a', 'old')).toBeUndefined();
    expect(turns.put('a', 'new')).toBe('old');
    expect(turns.put('b', 'other')).toBeUndefined();
  });

  it('waits for an item, and ends when the signal aborts', async () => {
    const turns = new RoundRobinMailbox<string>();
    const waiting = turns.take(never);
    turns.put('a', 'late');
    expect(await waiting).toBe('late');
    const stop = new AbortController();
    const ended = turns.take(stop.signal);
    stop.abort();
    expect(await ended).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import { aborted, type Service, ServiceGroup } from './index.ts';

/** A service that notes its start and end, and fails on request. */
function probe(name: string, notes: string[]): Service & { readonly fail: (error: Error) => void } {
  const broken = Promise.withResolvers<never>();
  return {
    name,
    fail: (error) => broken.reject(error),
    run: async (signal) => {
      notes.push(`${name} starts`);
      try {
        await Promise.race([aborted(signal), broken.promise]);
      } finally {
        notes.push(`${name} ends`);
      }
    },
  };
}

describe('a group of services', () => {
  it('runs those that are added before and during its run, and stops one without the others', async () => {
    const notes: string[] = [];
    const [a, b] = [probe('a', notes), probe('b', notes)];
    const group = new ServiceGroup('group', [a]);
    const stop = new AbortController();
    const running = group.run(stop.signal);
    group.add(b);
    expect(notes).toEqual(['a starts', 'b starts']);
    await group.remove(a);
    expect(notes).toEqual(['a starts', 'b starts', 'a ends']);
    await group.remove(a);
    group.add(a);
    stop.abort();
    await running;
    expect(notes.slice(3)).toEqual(['a starts', 'b ends', 'a ends']);
  });

  it('does not start a service that was removed before the run, nor one that is added after it', async () => {
    const notes: string[] = [];
    const group = new ServiceGroup('group', [probe('a', notes)]);
    const early = probe('early', notes);
    group.add(early);
    await group.remove(early);
    const stop = new AbortController();
    const running = group.run(stop.signal);
    stop.abort();
    await running;
    group.add(probe('late', notes));
    expect(notes).toEqual(['a starts', 'a ends']);
  });

  it('ends with the failure of one, after the others have ended', async () => {
    const notes: string[] = [];
    const [a, b] = [probe('a', notes), probe('b', notes)];
    const running = new ServiceGroup('group', [a, b]).run(new AbortController().signal);
    b.fail(new Error('b is broken'));
    await expect(running).rejects.toThrow('b is broken');
    expect(notes.slice(2).sort()).toEqual(['a ends', 'b ends']);
  });

  it('takes a service that ends by itself for a failure', async () => {
    const group = new ServiceGroup('group', [{ name: 'short', run: () => Promise.resolve() }]);
    await expect(group.run(new AbortController().signal)).rejects.toThrow('short ended by itself');
  });
});

import { silentLogger, systemClock } from '@lineside/kit';
import { afterEach, describe, expect, it } from 'vitest';
import { Subscriber } from 'zeromq';
import { eventNews, feedPlan, report } from '../../../../tests/support/feed-world.ts';
import { freePort } from '../../../../tests/support/free-port.ts';
import { descendantsOf } from '../../../../tests/support/processes.ts';
import { waitFor } from '../../../../tests/support/wait-for.ts';
import { FeedsProcess } from './feeds-process.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  while (ends.length > 0) await ends.pop()?.();
});

/** Running feeds of these URLs, and the pid of their process. */
async function start(...urls: readonly string[]): Promise<{ feeds: FeedsProcess; pid: number }> {
  const before = new Set(descendantsOf(process.pid));
  const feeds = new FeedsProcess({
    plans: () => urls.map((url, place) => feedPlan(url, { id: `feed-${place}` })),
    ...{ onCommand: () => undefined, clock: systemClock, log: silentLogger },
  });
  const stop = new AbortController();
  const running = feeds.run(stop.signal);
  ends.push(() => {
    stop.abort();
    return running;
  });
  await waitFor('the process of the feeds', () => feeds.states.length === urls.length);
  const pid = descendantsOf(process.pid).find((one) => !before.has(one));
  if (pid === undefined) throw new Error('the feeds have no process');
  return { feeds, pid };
}

function listen(url: string): string[] {
  const topics: string[] = [];
  const socket = new Subscriber();
  socket.connect(url.replace('zmq+', ''));
  socket.subscribe('');
  ends.push(() => socket.close());
  void (async () => {
    for await (const [topic] of socket) topics.push(String(topic));
  })();
  return topics;
}

describe('the process of the feeds', () => {
  it('serves one feed while another cannot be served, and is started again when it is killed', async () => {
    const port = await freePort();
    const url = `zmq+tcp://127.0.0.1:${port}`;
    const { feeds, pid } = await start(url, 'mqtt://127.0.0.1:9');
    await waitFor('the first feed', () => feeds.states[0]?.connected === true);
    const topics = listen(url);
    await waitFor('a report', () => {
      feeds.tell({ type: 'report', report: report() });
      return topics.includes('health');
    });
    await waitFor('the problem of the second', () => feeds.states[1]?.problem !== undefined);
    expect(feeds.states[1]).toMatchObject({ id: 'feed-1', connected: false });
    process.kill(pid, 'SIGKILL');
    await waitFor('the restart', () => feeds.restarts === 1);
    topics.length = 0;
    await waitFor('an event of the next one', () => {
      feeds.tell({ type: 'event', event: eventNews() });
      return topics.includes('events/packing');
    });
  });

  it('that hangs makes nobody wait, and what waits for it is bounded', async () => {
    const { feeds, pid } = await start(`zmq+tcp://127.0.0.1:${await freePort()}`);
    await waitFor('the feed', () => feeds.states[0]?.connected === true);
    process.kill(pid, 'SIGSTOP');
    ends.push(() => process.kill(pid, 'SIGCONT'));
    for (let count = 0; count < 5_000; count++) feeds.tell({ type: 'event', event: eventNews() });
    expect(Object.keys(feeds.leftOut)).toEqual(['events']);
    expect(feeds.leftOut['events']).toBeGreaterThanOrEqual(5_000 - 1_002);
  });
});

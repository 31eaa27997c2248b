import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { dice } from '../support/dice.ts';
import { HostileProxy, type Hostility } from './hostile-proxy.ts';
import { findPostgres } from './installed.ts';
import { clear, type Scenario } from './scenario.ts';
import { World } from './world.ts';

const DRAIN_MS = 90_000;
const WORST: Hostility = { lose: 0.2, double: 0.2, delay: 0.3 };
const BAD: Hostility = { lose: 0.03, double: 0.2, delay: 0.2 };
const EVERYTHING: Hostility = { lose: 1, double: 0, delay: 0 };

/** One arm: a broker that is none, and where PostgreSQL allows it two collectors that race for every batch. */
export const badBroker: Scenario = {
  name: 'bad broker',
  what: 'a broker that loses what it acknowledged, repeats and reorders; two collectors race for its batches',
  share: 1,
  async run({ folder, seconds, seed, log }) {
    const store = findPostgres() ? 'postgres' : 'sqlite';
    const at = join(folder, 'world');
    await using world = await World.start({ folder: at, store, collectors: store === 'postgres' ? 2 : 1, log });
    const random = dice(seed);
    let hostility = WORST;
    await using proxy = await HostileProxy.start(world.broker.port, () => hostility, random);
    await world.startDevice({ seed, broker: proxy.url });
    for (let part = 0; part < 4; part += 1) {
      hostility = part % 2 === 0 ? WORST : EVERYTHING;
      log(`broker ${part % 2 === 0 ? 'loses, repeats and reorders' : 'loses everything'}`);
      await sleep((seconds * 1000) / 4);
      await world.look();
    }
    // It stays bad while the queue empties, but what it loses must come to an end.
    hostility = BAD;
    if (store === 'postgres') {
      await world.killCollector(1);
      await world.startCollector(1);
    }
    const { seconds: drainSeconds } = await world.drain(DRAIN_MS);
    await world.stopDevice();
    const accounts = await world.account();
    const { kills, duplicates, peakBytes, peakRssBytes } = world;
    const { lost, doubled, delayed } = proxy;
    setImmediate(() => clear(at));
    const collectors = store === 'postgres' ? 2 : '1 (PostgreSQL is not installed)';
    return {
      name: badBroker.name,
      ...accounts,
      duplicatesRejected: duplicates,
      kills,
      drainSeconds,
      peakBytes,
      peakRssBytes,
      facts: { collectors, 'messages lost': lost, repeated: doubled, reordered: delayed },
    };
  },
};

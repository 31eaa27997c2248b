import { beforeAll, expect, it } from 'vitest';
import { startAppliance } from '../support/appliance.ts';
import { delivered } from '../support/balance.ts';
import { built } from '../support/built.ts';
import { CollectorProcess } from '../support/collector-process.ts';
import { lampLine } from '../support/lamp-line.ts';
import { tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait-for.ts';

const DEVICE = 'line-1';

beforeAll(built);

it('reports two appliances with one identity, and loses and doubles nothing of either', async () => {
  await using dir = await tempDir('lineside-identity-');
  await using collector = new CollectorProcess(dir.path);
  await collector.start();
  const password = dir.join('password');
  await collector.admit(DEVICE, password);
  const config = await lampLine({
    folder: dir.path,
    device: DEVICE,
    lamps: ['lamp'],
    broker: collector.mqtt,
    password,
  });
  const folders = [dir.join('first'), dir.join('second')];
  {
    await using first = await startAppliance({ config, data: folders[0] ?? '' });
    await first.until(
      'the link',
      ({ link, journal }) => link.state === 'online' && journal.streams.some((s) => s.acked > 0),
    );
    await using second = await startAppliance({ config, data: folders[1] ?? '' });
    const both = [first, second];
    const knows = await waitFor('one of the two to notice the other', async () => {
      const states = await Promise.all(both.map(async (box) => ({ box, status: await box.status() })));
      return states.find(({ status }) => status.link.lastError?.includes('the same device id'));
    });
    expect(knows.box.logged('uplink: another device uses this identity')[0]).toMatchObject({
      level: 50,
      code: 'identity_conflict',
      advice: expect.stringContaining('no data is lost') as string,
    });
    // Neither stops inspecting for it.
    await Promise.all(both.map((box) => box.inspects(['lamp'], 10)));
    await Promise.all(both.map((box) => box.stop()));
  }
  // Whatever one of them could not send, it sends when the other is gone.
  let events = 0;
  for (const data of folders) {
    await using box = await startAppliance({ config, data });
    await box.until('the link', ({ link }) => link.state === 'online');
    await box.inspects(['lamp']);
    await box.stop();
    const balance = await delivered(collector, data);
    expect(balance.events).toBeGreaterThan(2);
    events += balance.events;
  }
  const there = await collector.events(DEVICE);
  expect(there.length).toBe(events);
  expect(new Set(there.map(({ event }) => event)).size).toBe(events);
  expect(new Set((await collector.device(DEVICE))?.streams.map(({ epoch }) => epoch)).size).toBe(2);
  // Nothing is missing or changed; what verification does say is that two keys signed under one name.
  const findings = (await collector.verify()) as readonly { readonly problem: string }[];
  expect(findings.filter(({ problem }) => problem !== 'signature')).toEqual([]);
  expect(findings.length).toBeGreaterThan(0);
});

import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Uplink } from '../../cloud-sync/uplink/src/index.ts';
import { checkConfig } from '../../edge/src/config/index.ts';
import { silentLogger, systemClock } from '@lineside/kit';
import { collectorCommand, collectorYaml, startCollector } from '../support/collector.ts';
import { tempDir } from '../support/temp-dir.ts';
import { openTestJournal, sampleBody } from '../support/test-journal.ts';
import { waitFor } from '../support/wait-for.ts';

test('a device with its certificate delivers over TLS, and one that does not know the authority delivers nothing', async () => {
  await using dir = await tempDir();
  const [yaml, data, certificates] = [dir.join('collector.yaml'), dir.join('data'), dir.join('certificates')];
  writeFileSync(yaml, collectorYaml('http: {listen: "127.0.0.1:0"}\n').replace('mqtt: {', 'mqtt: {tls: self, '));
  await using collector = await startCollector(yaml, data);
  const device = 'device-1';
  const added = await collectorCommand(
    'device',
    'add',
    device,
    '--cert',
    certificates,
    '--data',
    data,
    '--config',
    yaml,
  );
  expect(added.stdout).toContain(`broker: ${collector.at.mqtt}`);
  // The command prints the configuration of the device.
  const uplinkYaml = added.stdout.slice(added.stdout.indexOf('uplink:'));
  const loaded = checkConfig(`device: ${device}\n${uplinkYaml}`, {
    path: dir.join('lineside.yaml'),
    env: {},
    catalog: [],
  });
  const { uplink } = loaded.config;
  if (uplink === undefined) throw new Error('no uplink in what was printed');
  const { ca = '', cert = '', key = '' } = uplink;
  const tls = { ca: loaded.secrets.file(ca), cert: loaded.secrets.file(cert), key: loaded.secrets.file(key) };

  const journal = openTestJournal(dir.join('journal'), { clock: systemClock, device });
  journal.append([1, 2, 3].map((n) => ({ stream: 'events', kind: 'event', body: sampleBody(n) }) as const));
  const url = loaded.secrets.text(uplink.broker);
  const run = async (trusted: object, work: (link: Uplink) => Promise<void>): Promise<void> => {
    const broker = { url, tls: trusted };
    const link = new Uplink({ broker, outbox: journal, clock: systemClock, log: silentLogger, random: Math.random });
    const stop = new AbortController();
    const running = link.run(stop.signal);
    try {
      await work(link);
    } finally {
      stop.abort();
      await running;
    }
  };
  await run({ cert: tls.cert, key: tls.key }, async (link) => {
    await waitFor('the refusal', () => link.snapshot().lastError !== undefined);
    expect(link.snapshot().queued).toBe(3);
  });
  await run(tls, async (link) => {
    await waitFor('delivery', () => link.snapshot().queued === 0);
  });
  journal.close();
});

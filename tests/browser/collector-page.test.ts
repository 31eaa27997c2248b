import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { encode, type Reported, topicOf } from '@lineside/protocol';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SqliteStore } from '../../cloud-sync/collector/src/index.ts';
import { addDevice, collectorYaml, type RunningCollector, startCollector } from '../support/collector.ts';
import { CollectorDevice } from '../support/collector-device.ts';
import { counterBody, eventBody, JournalTwin } from '../support/journal-twin.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait-for.ts';
import { findChromium, fitsWidth, launch, Witness } from './chromium.ts';

const executable = findChromium();

describe.skipIf(executable === undefined)("the collector's page", () => {
  let browser: Browser;
  let page: Page;
  let witness: Witness;
  let dir: TempDir;
  let data: string;
  let config: string;
  let password: string;
  let collector: RunningCollector;
  let device: CollectorDevice;
  let journal: JournalTwin;
  let origin: string;

  const text = () => page.locator('body').innerText();
  const says = (...words: readonly (string | RegExp)[]) =>
    waitFor(`the page to say ${words.join(', ')}`, async () => {
      const shown = await text();
      return words.every((word) => (typeof word === 'string' ? shown.includes(word) : word.test(shown)));
    });

  /** Sends one event with a picture, the way an appliance does: the record by MQTT, the bytes over HTTP. */
  const sendEvent = async (label: string): Promise<void> => {
    const width = 320;
    const colour = { r: 200, g: journal.records.length, b: 40 };
    const jpeg = await sharp({ create: { width, height: 180, channels: 3, background: colour } })
      .jpeg()
      .toBuffer();
    const snapshot = createHash('sha256').update(jpeg).digest('hex');
    const put = await fetch(`${origin}/media/line-1/${snapshot}`, {
      method: 'PUT',
      headers: {
        authorization: `Basic ${Buffer.from(`line-1:${password}`).toString('base64')}`,
        'content-type': 'image/jpeg',
      },
      body: new Uint8Array(jpeg),
    });
    expect(put.ok).toBe(true);
    const { s } = journal.append('event', eventBody({ label, rule: `${label}-rule`, snapshot }), Date.now());
    await device.send(journal.batch(s, s));
    await device.acked(({ upto }) => upto >= s);
  };

  beforeAll(async () => {
    browser = await launch(executable ?? '');
    dir = await tempDir('collector-page-');
    data = dir.join('data');
    config = dir.join('collector.yaml');
    writeFileSync(config, collectorYaml('http: {listen: "127.0.0.1:0"}\n'));
    password = await addDevice(data, 'line-1');
    collector = await startCollector(config, data);
    origin = collector.at.http;
    device = await CollectorDevice.connect('line-1', collector.at.mqtt, password);
    await device.birth();
    journal = new JournalTwin('line-1');
    await sendEvent('spill');
  });
  afterAll(async () => {
    await device.close();
    await collector.stop();
    await dir[Symbol.asyncDispose]();
    await browser.close();
  });
  beforeEach(async () => {
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(120_000);
    witness = new Witness(page);
    await page.goto(origin);
  });
  afterEach(async () => {
    await page.close();
  });

  it('shows lines, whether they are there, and events with their pictures, and asks nobody else', async () => {
    await says('line-1', 'Packing 1', /spill/i, /online/i);
    await waitFor('the picture', () =>
      page.evaluate(`[...document.images].some((i) => i.src.includes('/api/v1/media/') && i.naturalWidth > 0)`),
    );
    expect(witness.strayFrom(origin)).toEqual([]);
    expect(witness.errors).toEqual([]);
  });

  it('shows a new event without being asked again', async () => {
    await says(/spill/i);
    await sendEvent('broken_pallet');
    await says(/broken.pallet/i);
    expect(witness.errors).toEqual([]);
  });

  it('shows an event in the words of its rule, and one of a newer device under its own codes', async () => {
    const known = eventBody({ label: 'litter', ruleType: 'spill', details: { zoneFraction: 0.75, newThing: 3 } });
    const newer = eventBody({ kind: 'line_downtime', ruleType: 'line_stopped', label: 'stopped_belt' });
    for (const body of [known, newer]) {
      const { s } = journal.append('event', { ...body, snapshot: 'a'.repeat(64) }, Date.now());
      await device.send(journal.batch(s, s));
      await device.acked(({ upto }) => upto >= s);
    }
    await says(/stopped belt/i, /line downtime/i);
    await page.getByLabel('Kind').selectOption({ label: 'Line downtime' });
    await waitFor('only the newer event', async () => (await page.locator('.event').count()) === 1);
    expect(await page.locator('.event').innerText()).toContain('Stopped belt');
    expect(witness.errors).toEqual([]);
  });

  it('shows a rollout with its groups and lines: what the device says, how the model did in shadow, and why', async () => {
    const store = SqliteStore.open(data);
    const line = { group: 0, sinceMs: Date.now() };
    await store.rollouts.create({
      rollout: {
        ...{ v: 1, id: 'ppe-2.1.0', change: 0, state: 'paused', createdBy: 'anna', createdAtMs: Date.now() },
        release: {
          ...{ kind: 'model', id: 'ppe', version: '2.1.0', counter: 2, bytes: 10, sha256: 'a'.repeat(64) },
          target: 'models/acme/ppe-2.1.0.json',
        },
        groups: [
          { name: 'canary', soakMs: 0 },
          { name: 'rest', soakMs: 0 },
        ],
        ...{ success: 0.5, errors: 0.5, approval: 'none', approvals: [], current: 0 },
        lines: [
          {
            ...{ ...line, device: 'line-1', state: 'updating', deviceState: 'downloading' },
            progress: { bytes: 25, of: 100 },
          },
          {
            ...{ ...line, device: 'line-2', state: 'failed', deviceState: 'rolled_back' },
            ...{ shadow: '40 of 500 frames differ', reason: '<b>fewer results</b>' },
          },
          { ...line, group: 1, device: 'line-3', state: 'waiting' },
        ],
      },
      documents: [],
      notes: [{ atMs: Date.now(), who: 'boris', action: 'pause', detail: 'shift change' }],
    });
    await store.close();
    await says(/Rollouts/, 'ppe-2.1.0', /Paused/i, /begun by anna/, /canary/, /rest/, /not begun/);
    await says(
      'Downloading 25 %',
      'Went back to the one before',
      '40 of 500 frames differ',
      /boris pause\s+shift change/,
    );
    // What a device writes is text.
    await says('<b>fewer results</b>');
    expect(await fitsWidth(page)).toBe(true);
    expect(witness.strayFrom(origin)).toEqual([]);
    expect(witness.errors).toEqual([]);
  });

  it('shows what waits on a device, how old it is and how long it takes, as the device reports it', async () => {
    await says('line-1');
    const reported: Reported = {
      v: 1,
      t: Date.now(),
      queue: { events: { queued: 1234, declaredLost: 0, oldest: Date.now() - 3 * 3_600_000 } },
      pictures: 2,
      drainPerS: 10,
      emptyInS: 123,
    };
    await device.client.publishAsync(topicOf('reported', { device: 'line-1' }), encode(reported), {
      qos: 1,
      retain: true,
    });
    await says(
      /queued there/i,
      /1.?234 records are queued on the device, the oldest from 3 h/,
      /delivered in about 2 min/,
    );
    expect(witness.errors).toEqual([]);
  });

  it('is red at the top, with camera and reason in words, when a line is not inspected, answers for times before, and is green again later', async () => {
    const telemetry = new JournalTwin('line-1', 'telemetry', journal.epoch);
    const sendCounters = async (changes: Parameters<typeof counterBody>[0]): Promise<void> => {
      const { s } = telemetry.append(
        'counters',
        counterBody(changes),
        Date.now() - 60_000 + telemetry.records.length * 1000,
      );
      await device.send(telemetry.batch(s, s));
      await device.acked(({ stream, upto }) => stream === 'telemetry' && upto >= s);
    };
    const counted = (inspected: number) => ({ offered: inspected, inspected, skipped: {}, failed: {} });
    await sendCounters({ counters: counted(100) });
    await sendCounters({ counters: counted(200) });
    const answer = page.getByRole('region', { name: 'Are the lines inspected?' });
    await waitFor('the headline', async () => /the line is inspected, \d open events?/i.test(await answer.innerText()));
    expect(await answer.innerText()).toMatch(/Open: Packing 1, [a-z ]+ at \w+ for/);
    await sendCounters({ counters: counted(205), state: 'failed:refused' });
    await waitFor('the red headline', async () => /1 camera is not inspected/i.test(await answer.innerText()));
    expect(await answer.innerText()).toContain('Packing 1, camera belt: the camera refuses the connection');
    expect(await answer.getAttribute('class')).toContain('bad');
    expect(await page.title()).toContain('not inspected');
    const body = await text();
    expect(body).not.toContain('failed:refused');
    expect(body).toMatch(/UTC: [0-9.]+ % inspected/);
    await page.getByText('Was the check running at a time?').click();
    await page.getByLabel('Date and time').fill('2020-01-01T02:14');
    await page.getByRole('button', { name: 'Show whether the check was running' }).click();
    await says(/02:14.*no record of this time/);
    await sendCounters({ counters: counted(205) });
    await sendCounters({ counters: counted(300) });
    await waitFor('the green headline again', async () => /the line is inspected/i.test(await answer.innerText()));
    expect(witness.errors).toEqual([]);
  });

  it('shows why an event has no snapshot, and opens it all the same', async () => {
    const body = eventBody({ label: 'puddle', details: { pictureMissing: 'vision_down', framesAbsent: 12 } });
    const { s } = journal.append('event', body, Date.now());
    await device.send(journal.batch(s, s));
    await device.acked(({ stream, upto }) => stream === 'events' && upto >= s);
    await says(/puddle/i, 'No snapshot: the vision process is not running');
    await page.getByRole('button', { name: 'Show the details of Puddle' }).click();
    const dialog = page.getByRole('dialog');
    await waitFor('the details', async () => /Frames absent/.test(await dialog.innerText()));
    expect(await dialog.innerText()).not.toMatch(/framesAbsent|pictureMissing/);
    expect(witness.errors).toEqual([]);
  });

  it('shows the other lines when one line cannot be shown', async () => {
    await page.route('**/api/v1/devices', async (route) => {
      const answer = (await (await route.fetch()).json()) as { items: Record<string, unknown>[] };
      const [first] = answer.items;
      const broken = { ...first, device: 'line-9', line: 'Hostile', streams: null };
      await route.fulfill({ json: { ...answer, items: [broken, ...answer.items] } });
    });
    await says(/Line Hostile cannot be shown/, 'Packing 1', /complete up to/i);
  });

  it('shows a line that has gone, and only that one', async () => {
    const leaving = await addDevice(data, 'line-2');
    const second = await waitFor('line-2 to be let in', () =>
      CollectorDevice.connect('line-2', collector.at.mqtt, leaving),
    );
    await second.birth();
    const cardSays = (id: string, word: RegExp) =>
      waitFor(`${id} to be ${word.source}`, async () =>
        word.test(await page.getByRole('listitem').filter({ hasText: id }).first().innerText()),
      );
    await cardSays('line-2', /online/i);
    // The connection is cut without a DISCONNECT: the broker publishes the device's will.
    second.client.stream.destroy();
    await second.close();
    await cardSays('line-2', /offline/i);
    await cardSays('line-1', /online/i);
  });

  it.each([360, 1280])('fits a window of %i pixels', async (width) => {
    await page.setViewportSize({ width, height: 800 });
    await says('line-1', /spill/i);
    expect(await fitsWidth(page)).toBe(true);
  });

  it('gives every control and picture a name', async () => {
    await says('line-1');
    const nameless = await page.evaluate(
      `[...document.querySelectorAll('button, select, img')].filter((e) => !(e.ariaLabel || e.innerText || e.labels?.length || e.hasAttribute('alt'))).length`,
    );
    expect(nameless).toBe(0);
  });

  it('shows that it is disconnected when the collector stops', async () => {
    await says('line-1');
    await collector.stop();
    const alerts = page.getByRole('alert');
    await alerts.filter({ hasText: 'Disconnected' }).waitFor();
    expect(await alerts.count()).toBe(1);
    collector = await startCollector(config, data);
  });
});

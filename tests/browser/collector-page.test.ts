import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { encode, type Reported, topicOf } from '@lineside/protocol';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { enrol, makeDeviceSecrets } from '../../edge/src/enrolment/index.ts';
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

  it('takes what a person says about an event: right, a false alarm, or what was missed, with a box drawn on the snapshot', async () => {
    await sendEvent('puddle_of_oil');
    const reviews = async () =>
      ((await (await fetch(`${origin}/api/v1/reviews`)).json()) as { items: Record<string, unknown>[] }).items;
    await page.getByRole('button', { name: 'Show the snapshot of Puddle of oil' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Nobody has reviewed this event yet.').waitFor();
    await dialog.getByRole('button', { name: 'False alarm' }).click();
    await dialog.getByText('Write your name first.').waitFor();
    expect(await reviews()).toEqual([]);
    await dialog.getByLabel('Your name').fill('anna');
    await dialog.getByRole('button', { name: 'False alarm' }).click();
    await dialog.getByText('· anna ·').waitFor();
    await dialog.getByRole('button', { name: 'Something was missed' }).click();
    const save = dialog.getByRole('button', { name: 'Save what was missed' });
    expect(await save.isDisabled()).toBe(true);
    await dialog.getByLabel('What it is').fill('hand');
    const surface = await dialog.locator('svg.drawing').boundingBox();
    if (surface === null) throw new Error('there is nothing to draw on');
    const at = (x: number, y: number) => [surface.x + surface.width * x, surface.y + surface.height * y] as const;
    await page.mouse.move(...at(0.25, 0.25));
    await page.mouse.down();
    await page.mouse.move(...at(0.5, 0.75), { steps: 4 });
    await page.mouse.up();
    await save.click();
    await waitFor('the second review', async () => (await reviews()).length === 2);
    const [alarm, missed] = await reviews();
    expect(alarm).toMatchObject({ verdict: 'false_alarm', who: 'anna' });
    expect(missed).toMatchObject({ verdict: 'missed', who: 'anna', details: { label: 'hand' } });
    // The snapshot is 320 x 180.
    const { box } = (missed as { details: { box: number[] } }).details;
    [80, 45, 160, 135].forEach((wanted, n) => expect(Math.abs((box[n] ?? 0) - wanted)).toBeLessThanOrEqual(3));
    await dialog.getByRole('button', { name: 'It is right' }).click();
    await waitFor('the third review', async () => (await reviews()).length === 3);
    expect((await reviews())[2]).toMatchObject({ verdict: 'true' });
    // The name is remembered in this browser; the API takes nothing from a page of another site.
    const { event } = alarm as { event: string };
    const other = await fetch(`${origin}/api/v1/events/line-1/${event}/review`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'sec-fetch-site': 'cross-site' },
      body: JSON.stringify({ verdict: 'unsure', by: 'eve' }),
    });
    expect(other.status).toBe(403);
    expect(await fitsWidth(page)).toBe(true);
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

  it('shows a label that a device sent as text, and what would turn the direction of writing as its code', async () => {
    await sendEvent('<img src=x onerror="document.title=`owned`"><x-mark>bold</x-mark>\u202Egnp');
    await says('<x-mark>bold</x-mark>');
    expect(await text()).not.toContain('\u202E');
    expect(await page.locator('x-mark, img[src="x"]').count()).toBe(0);
    expect(await page.title()).not.toBe('owned');
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

  it('lets devices in and refuses them: a person with an account makes a code, which is shown once, and cancels it', async () => {
    writeFileSync(dir.join('anna'), 'a-token-of-anna-of-good-length');
    const more = `enrolment: {listen: "127.0.0.1:0"}\npeople: [{name: anna, token: "\${file:${dir.join('anna')}}"}]\n`;
    writeFileSync(dir.join('people.yaml'), collectorYaml(`http: {listen: "127.0.0.1:0"}\n${more}`));
    const other = await startCollector(dir.join('people.yaml'), dir.join('people'));
    const claims = async () => (await (await fetch(`${other.at.http}/api/v1/claims`)).json()) as { history: object[] };
    try {
      await page.goto(other.at.http);
      const section = page.getByRole('region', { name: 'Devices that want in' });
      await section.getByText('No device waits.').waitFor();
      expect(await section.getByLabel('Device id').count()).toBe(0);
      await section.getByLabel('Token of your account').fill('a-token-of-anna-of-good-length');
      await section.getByRole('button', { name: 'Sign in' }).click();
      await section.getByLabel('Device id').fill('line-7');
      await section.getByLabel('Name of its line').fill('Packing <7>');
      await section.getByRole('button', { name: 'Let a device in' }).click();
      const code = section.locator('[data-code="line-7"] code');
      await code.waitFor();
      const [, address = '', claim = ''] = /--collector (\S+) --claim (\S+)$/.exec(await code.innerText()) ?? [];
      expect(address).toMatch(/^127\.0\.0\.1:\d+$/);
      const secrets = await makeDeviceSecrets();
      const collectorAt = { host: '127.0.0.1', port: Number(address.replace(/.*:/, '')) };
      const enrolAs = async (device: string) =>
        enrol({ device, collector: collectorAt, claim, secrets, signal: AbortSignal.timeout(600_000) });
      // A device with another name is refused; the person sees it, and could let it in.
      await expect(enrolAs('line-8')).rejects.toMatchObject({ code: 'enrolment_refused' });
      await section.locator('[data-refused="line-8"]').getByText('its code is for another device').waitFor();
      await section.getByRole('button', { name: 'Done' }).click();
      expect(await section.innerText()).not.toContain(claim);
      await section.locator('[data-claim="line-7"]').getByText('Packing <7>').waitFor();
      expect(await fitsWidth(page)).toBe(true);
      await section.getByRole('button', { name: 'Refuse line-7' }).click();
      await section.locator('[data-claim="line-7"]').waitFor({ state: 'detached' });
      await expect(enrolAs('line-7')).rejects.toMatchObject({ code: 'enrolment_refused' });
      await section.getByRole('button', { name: 'Let line-8 in' }).click();
      await section.locator('[data-code="line-8"]').waitFor();
      expect((await claims()).history).toMatchObject([
        { device: 'line-8', action: 'made', who: 'anna' },
        { device: 'line-7', action: 'refused', detail: 'claim_cancelled' },
        { device: 'line-7', action: 'cancelled', who: 'anna' },
        { device: 'line-8', action: 'refused', detail: 'claim_other_device' },
        { device: 'line-7', action: 'made', who: 'anna' },
      ]);
      expect(witness.strayFrom(other.at.http).filter((url) => !url.startsWith(origin))).toEqual([]);
      expect(witness.errors).toEqual([]);
    } finally {
      await page.goto('about:blank');
      await other.stop();
    }
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

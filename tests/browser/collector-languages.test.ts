import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode, type Reported, topicOf } from '@lineside/protocol';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDevice, collectorYaml, type RunningCollector, startCollector } from '../support/collector.ts';
import { CollectorDevice } from '../support/collector-device.ts';
import { everyClaim, everyGap, EVERY_REFUSAL, EveryRollout } from '../support/collector-states.ts';
import { counterBody, eventBody, JournalTwin } from '../support/journal-twin.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait-for.ts';
import { findChromium, fitsWidth, launch, violations, Witness } from './chromium.ts';
import { visibleTexts } from './visible-texts.ts';

const executable = findChromium();
const SIZES = { phone: { width: 360, height: 740 }, desktop: { width: 1280, height: 900 } } as const;
type Language = 'en' | 'ru';
const WAYS = (['phone', 'desktop'] as const).flatMap((size) =>
  (['en', 'ru'] as const).map((language) => ({ size, language })),
);
/** Kept, so that a person can look at them. */
const SHOTS = process.env['LINESIDE_SCREENSHOTS'] ?? join(tmpdir(), 'lineside-screenshots');
const ANNA = 'a-token-of-anna-of-good-length';

/** What the tests and the field call things by, in every language: ids, names, products, units of time zones. */
const NAMES =
  /lineside-collector [a-z -]+\d|models\/acme\/ppe-2\.1\.0\.json|ppe-2\.1\.0-\w+|[a-z]+-rule|http\.token|Lineside|SHA-256|SQLite|JSON|UTC|line-\d+|смена закончилась|Packing \d|\b(?:people|floor|aisle|belt|ppe|anna|canary|rest|Early|Late|Night|spill|Spill|Puddle of oil|puddle of oil)\b|\b[0-9a-f]{8,}\b/g;
/** What lies beyond the right edge of the window. */
const beyondTheEdge = (page: Page): Promise<readonly string[]> =>
  page.evaluate(`[...document.querySelectorAll('main :not(.rollouts *)')]
    .filter((element) => element.getBoundingClientRect().right > innerWidth)
    .map((element) => 'beyond the edge: ' + element.tagName + '.' + element.className + ' ' + element.textContent.slice(0, 40))
    .slice(0, 5)`);
/** Words of another language than that of the page. */
const FOREIGN: Readonly<Record<Language, RegExp>> = { en: /\p{Script=Cyrillic}/u, ru: /[A-Za-z]{2,}/ };

describe.skipIf(executable === undefined)("every view of the collector's page", () => {
  let browser: Browser;
  let axe: string;
  let dir: TempDir;
  /** With devices, and without accounts. */
  let full: RunningCollector;
  /** Without devices; page and people have tokens. */
  let empty: RunningCollector;
  let device: CollectorDevice;

  const send = async (journal: JournalTwin, kind: string, body: object, atMs = Date.now()): Promise<void> => {
    const { s } = journal.append(kind, body, atMs);
    await device.send(journal.batch(s, s));
    await device.acked(({ stream, upto }) => stream === journal.stream && upto >= s);
  };

  const sendPicture = async (password: string): Promise<string> => {
    const jpeg = await sharp({ create: { width: 320, height: 180, channels: 3, background: '#c08028' } })
      .jpeg()
      .toBuffer();
    const sha256 = createHash('sha256').update(jpeg).digest('hex');
    const authorization = `Basic ${Buffer.from(`line-1:${password}`).toString('base64')}`;
    const headers = { authorization, 'content-type': 'image/jpeg' };
    const put = await fetch(`${full.at.http}/media/line-1/${sha256}`, {
      ...{ method: 'PUT', headers, body: new Uint8Array(jpeg) },
    });
    expect(put.ok).toBe(true);
    return sha256;
  };

  beforeAll(async () => {
    browser = await launch(executable ?? '');
    axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    mkdirSync(SHOTS, { recursive: true });
    dir = await tempDir('collector-languages-');
    writeFileSync(dir.join('full.yaml'), collectorYaml('http: {listen: "127.0.0.1:0"}\n'));
    writeFileSync(dir.join('anna'), ANNA);
    writeFileSync(dir.join('page'), 'a-token-of-the-page-of-good-length');
    const tokens = `http: {listen: "127.0.0.1:0", token: "\${file:${dir.join('page')}}"}\nenrolment: {listen: "127.0.0.1:0"}\npeople: [{name: anna, token: "\${file:${dir.join('anna')}}"}]\n`;
    writeFileSync(dir.join('empty.yaml'), collectorYaml(tokens));
    const password = await addDevice(dir.join('full'), 'line-1');
    full = await startCollector(dir.join('full.yaml'), dir.join('full'));
    empty = await startCollector(dir.join('empty.yaml'), dir.join('empty'));
    device = await CollectorDevice.connect('line-1', full.at.mqtt, password);
    await device.birth();
    const journal = new JournalTwin('line-1');
    const telemetry = new JournalTwin('line-1', 'telemetry', journal.epoch);
    const event = { label: 'spill', rule: 'spill-rule', ruleType: 'spill', details: { zoneFraction: 0.75 } };
    await send(journal, 'event', eventBody({ ...event, snapshot: await sendPicture(password) }));
    const without = { label: 'puddle_of_oil', rule: 'puddle-rule', details: { pictureMissing: 'vision_down' } };
    await send(journal, 'event', eventBody(without));
    const counters = (inspected: number) => ({
      ...{ offered: inspected + 12, inspected, skipped: { newer_frame: 7 }, failed: { deadline: 5 } },
    });
    await send(telemetry, 'counters', counterBody({ counters: counters(100) }), Date.now() - 120_000);
    await send(telemetry, 'counters', counterBody({ counters: counters(300) }), Date.now() - 60_000);
    const failed = counterBody({ counters: counters(305), state: 'failed:refused' });
    await send(telemetry, 'counters', failed, Date.now() - 1000);
    const reported: Reported = {
      ...{ v: 1, t: Date.now(), pictures: 2, drainPerS: 10, emptyInS: 123 },
      queue: { events: { queued: 1234, declaredLost: 0, oldest: Date.now() - 3 * 3_600_000 } },
    };
    await device.client.publishAsync(topicOf('reported', { device: 'line-1' }), encode(reported), {
      ...{ qos: 1, retain: true },
    });
  });
  afterAll(async () => {
    await device.close();
    await Promise.all([full.stop(), empty.stop(), browser.close()]);
    await dir[Symbol.asyncDispose]();
  });

  /** Puts one of everything into the collector's own answers: what takes a day, a thief or a fault to come about. */
  const showEverything = async (page: Page): Promise<void> => {
    const nowMs = Date.now();
    const rollouts = new EveryRollout(nowMs);
    await page.route(/\/api\/v1\/gaps/, (route) => route.fulfill({ json: everyGap('line-1', nowMs) }));
    await page.route(/\/api\/v1\/claims$/, (route) => route.fulfill({ json: everyClaim(nowMs) }));
    await page.route(/\/api\/v1\/rollouts\?/, (route) => route.fulfill({ json: rollouts.list() }));
    await page.route(/\/api\/v1\/rollouts\/./, (route) => route.fulfill({ json: rollouts.one() }));
    await page.route(/\/api\/v1\/stats/, async (route) => {
      const { store, process } = (await (await route.fetch()).json()) as { store: object; process: object };
      const wrong = { gapsOpen: 1, missing: 21, declaredLost: 62 };
      await route.fulfill({
        json: { store: { ...store, ...wrong }, process: { ...process, malformed: EVERY_REFUSAL } },
      });
    });
    await page.route(/\/api\/v1\/devices/, async (route) => {
      const answer = (await (await route.fetch()).json()) as { items: Record<string, unknown>[] };
      const silent = { ...answer.items[0], device: 'line-2', line: null, version: null, link: 'offline' };
      const others = ['unknown', 'offline'].map((link, n) => ({
        ...{ ...silent, device: `line-${3 + n}`, link, inspection: [], inspecting: null, streams: [] },
        ...{ identityConflict: true, hasCredential: false, reported: null },
      }));
      await route.fulfill({ json: { ...answer, items: [...answer.items, silent, ...others] } });
    });
  };

  const VIEWS: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
    'sign-in': async (page) => {
      await page.goto(empty.at.http);
      await page.locator('#token').fill('a-token-of-nobody-of-good-length');
      await page.locator('.signin button').click();
      await page.getByRole('alert').waitFor();
    },
    'no-devices': async (page) => {
      await page.locator('#token').fill(ANNA);
      await page.locator('.signin button').click();
      await page.locator('.claims [name=device]').fill('line 7');
      await page.locator('.claims form button').click();
      await page.locator('.claims [role=alert]').waitFor();
    },
    'claim-code': async (page) => {
      await page.locator('.claims [name=device]').fill('line-7');
      await page.locator('.claims form button').click();
      await page.locator('[data-code="line-7"]').waitFor();
      await page.locator('.claims [role=alert]').waitFor({ state: 'detached' });
    },
    everything: async (page) => {
      await showEverything(page);
      await page.goto(full.at.http);
      await page.locator('[data-claim="line-7"]').waitFor();
      await page.locator('.finding').nth(10).waitFor();
      await page.locator('.rollouts .history li').nth(12).waitFor();
      await page.locator('[data-camera="belt"] .strip').first().waitFor();
      await page.locator('.event').nth(1).waitFor();
      await page.locator('.answer.bad').waitFor();
    },
    'asked-time': async (page) => {
      const ask = page.locator('.ask').first();
      await ask.locator('summary').click();
      await ask.locator('input').fill('2020-01-01T02:14');
      await ask.locator('button').click();
      await ask.getByRole('status').waitFor();
    },
    event: async (page) => {
      await page.locator('.event .thumb:not(.none)').first().click();
      await page.locator('dialog .verdicts button').nth(1).click();
      await page.locator('dialog [role=alert]').waitFor();
      await page.locator('dialog .verdicts button[aria-expanded]').click();
      await page.locator('dialog .missed').waitFor();
    },
    'reviewed-event': async (page) => {
      await page.locator('#reviewer').fill('anna');
      await page.locator('dialog .verdicts button').nth(1).click();
      await page.locator('dialog .said li').first().waitFor();
      await page.locator('dialog .missed').waitFor({ state: 'detached' });
    },
    'event-without-snapshot': async (page) => {
      await page.keyboard.press('Escape');
      await page.locator('dialog').waitFor({ state: 'detached' });
      await page.locator('.event .thumb.none').first().click();
      await page.locator('dialog .thumb.none').waitFor();
      await page.locator('dialog .review h3').waitFor();
    },
  };

  it.each(WAYS)(
    'has no violations of accessibility, fits, and speaks one language, on a $size in $language',
    async ({ size, language }) => {
      const colorScheme = size === 'phone' ? 'dark' : 'light';
      const page = await browser.newPage({ viewport: SIZES[size], locale: language, colorScheme, timezoneId: 'UTC' });
      page.setDefaultTimeout(120_000);
      const witness = new Witness(page);
      const found: Record<string, readonly string[]> = {};
      const check = async (name: string): Promise<void> => {
        expect(await page.evaluate('document.documentElement.lang')).toBe(language);
        const texts = (await visibleTexts(page)).map((text) => text.replaceAll(NAMES, ''));
        expect(texts.length, name).toBeGreaterThan(7);
        const foreign = texts
          .filter((text) => FOREIGN[language].test(text))
          .map((text) => `not in ${language}: ${text}`);
        const wide = (await fitsWidth(page)) ? [] : await beyondTheEdge(page);
        await page.screenshot({ path: join(SHOTS, `collector-${name}-${size}-${language}.png`), fullPage: true });
        found[name] = [...foreign, ...wide];
      };
      for (const [name, show] of Object.entries(VIEWS)) {
        await show(page);
        await check(name);
        found[name] = [...(found[name] ?? []), ...(await violations(page, axe))];
      }
      // What is old is grey on purpose, so its contrast is not judged.
      await page.keyboard.press('Escape');
      await page.route(/\/api\//, (route) => route.fulfill({ status: 503 }));
      await page.locator('.lost').waitFor();
      await check('disconnected');
      expect(Object.entries(found).filter(([, all]) => all.length > 0)).toEqual([]);
      expect(witness.errors.filter((text) => !/ (?:401|400) /.test(text))).toEqual([]);
      await page.close();
    },
  );

  it('changes its language at once, and remembers it in this browser', async () => {
    const page = await browser.newPage({ viewport: SIZES.desktop, locale: 'en-GB' });
    page.setDefaultTimeout(120_000);
    await page.goto(full.at.http);
    await page.getByRole('heading', { name: 'Lines', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Русский' }).click();
    await page.getByRole('heading', { name: 'Линии', exact: true }).waitFor();
    await waitFor('the title', async () => / · Коллектор Lineside$/.test(await page.title()));
    expect(await page.getByRole('button', { name: 'Русский' }).getAttribute('aria-pressed')).toBe('true');
    await page.reload();
    await page.getByRole('heading', { name: 'Линии', exact: true }).waitFor();
    expect(await page.evaluate('document.documentElement.lang')).toBe('ru');
    await page.close();
  });

  it.each([
    ['ru', 1, '1 камера не проверяется'],
    ['ru', 3, '3 камеры не проверяются'],
    ['ru', 11, '11 камер не проверяются'],
    ['ru', 21, '21 камера не проверяется'],
    ['en', 1, '1 camera is not inspected'],
    ['en', 21, '21 cameras are not inspected'],
  ] as const)('counts as people do, in %s: %i cameras', async (locale, cameras, headline) => {
    const page = await browser.newPage({ viewport: SIZES.desktop, locale });
    page.setDefaultTimeout(120_000);
    await page.route(/\/api\/v1\/devices/, async (route) => {
      const answer = (await (await route.fetch()).json()) as { items: { inspection: object[] }[] };
      const [first] = answer.items;
      const row = { ...first?.inspection[0], inspecting: 'not_inspecting', reason: 'camera_refused' };
      const inspection = Array.from({ length: cameras }, (_, n) => ({ ...row, camera: `belt-${n}` }));
      await route.fulfill({ json: { ...answer, items: [{ ...first, inspection }] } });
    });
    await page.goto(full.at.http);
    await page.locator('h1').getByText(headline, { exact: true }).waitFor();
    await page.close();
  });
});

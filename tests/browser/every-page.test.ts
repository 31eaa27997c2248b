import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger, systemClock } from '@lineside/kit';
import { StatusServer } from '../../edge/src/status/index.ts';
import { StatusWorld } from '../support/status-world.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait-for.ts';
import { findChromium, fitsWidth, launch, violations, Witness } from './chromium.ts';

const executable = findChromium();
const PAGES = ['now', 'cameras', 'events', 'records', 'models', 'device', 'cameras/people/aim', 'cameras/people/zones'];
const SIZES = { phone: { width: 360, height: 740 }, desktop: { width: 1280, height: 900 } } as const;
/** Kept, so that a person can look at them. */
const SHOTS = process.env['LINESIDE_SCREENSHOTS'] ?? join(tmpdir(), 'lineside-screenshots');

describe.skipIf(executable === undefined)('every page of the status page', () => {
  let browser: Browser;
  let folder: TempDir;
  let origin: string;
  let axe: string;
  const stop = new AbortController();
  let running: Promise<void>;

  beforeAll(async () => {
    browser = await launch(executable ?? '');
    folder = await tempDir();
    axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    await mkdir(SHOTS, { recursive: true });
    const world = new StatusWorld(folder.join('evidence'));
    await world.addEvent('people', 'personnel_violation', 'bare_head');
    await world.addEvent('floor', 'sanitation', 'spill');
    world.failCamera('floor');
    world.configRefused = true;
    const log = silentLogger;
    const listen = { host: '127.0.0.1', port: 0 };
    const server = new StatusServer({ source: world, listen, clock: systemClock, random: Math.random, log });
    running = server.run(stop.signal);
    origin = new URL((await server.address()).url).origin;
  });
  afterAll(async () => {
    await browser.close();
    stop.abort();
    await running;
    await folder[Symbol.asyncDispose]();
  });

  it.each(
    (['phone', 'desktop'] as const).flatMap((size) => (['en', 'ru'] as const).map((language) => ({ size, language }))),
  )('has no violations of accessibility and fits, on a $size in $language', async ({ size, language }) => {
    const colorScheme = size === 'phone' ? 'dark' : 'light';
    const page = await browser.newPage({ viewport: SIZES[size], locale: language, colorScheme, hasTouch: true });
    page.setDefaultTimeout(120_000);
    const witness = new Witness(page);
    await page.goto(origin);
    const found: Record<string, readonly string[]> = {};
    for (const name of PAGES) {
      await page.goto(`${origin}/#${name}`);
      await page.locator(`main[data-page="${name.split('/')[0] ?? ''}"]`).waitFor();
      await page.locator('#answer').waitFor();
      expect(await page.evaluate('document.documentElement.lang')).toBe(language);
      if (name === 'events') await page.locator('.events [data-event]').first().waitFor();
      if (name === 'device') await page.locator('[data-chart]').first().waitFor();
      if (name === 'models') await page.locator('[data-piece] img').first().waitFor();
      if (name.endsWith('aim')) await page.locator('[data-sharpness]').waitFor();
      if (name.endsWith('zones')) {
        await page.locator('svg.shapes').waitFor();
        await page.locator('.options summary').click();
        await page.getByRole('button', { name: /last hour|последний час/ }).click();
        await page.locator('[data-preview] [data-change="removed"]').waitFor();
      }
      found[name] = await violations(page, axe);
      expect(await fitsWidth(page), name).toBe(true);
      await page.screenshot({
        path: join(SHOTS, `${name.replaceAll('/', '-')}-${size}-${language}.png`),
        fullPage: true,
      });
    }
    await page.goto(`${origin}/#events`);
    await page.locator('.events [data-event]').first().click();
    await page.locator('.sheet .facts').waitFor();
    await waitFor('the sheet', async () => (await page.locator('.sheet img').count()) > 0);
    found['event'] = await violations(page, axe);
    await page.screenshot({ path: join(SHOTS, `event-${size}-${language}.png`) });
    expect(Object.entries(found).filter(([, all]) => all.length > 0)).toEqual([]);
    expect(witness.errors).toEqual([]);
    await page.close();
  });
});

import Database from 'better-sqlite3';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileSource, RtspServer } from '@lineside/twin/rtsp';
import { journalPath } from '../../edge/src/journal/index.ts';
import { configure, startAppliance } from '../support/appliance.ts';
import { brightModel, brightRule } from '../support/blinking.ts';
import { built, LINESIDE } from '../support/built.ts';
import { freePort } from '../support/free-port.ts';
import { NODE, runProcess } from '../support/processes.ts';
import { tempDir } from '../support/temp-dir.ts';
import { testVideo } from '../support/video.ts';
import { waitFor } from '../support/wait-for.ts';
import { findChromium, fitsWidth, launch, Witness } from './chromium.ts';

const executable = findChromium();

/** A camera on the network: one that can be switched off and on again. */
async function serve(port: number): Promise<RtspServer> {
  const server = new RtspServer({ host: '127.0.0.1', port });
  server.addStream('belt', await fileSource(await testVideo({ fps: 10, keyEvery: 5 })));
  await server.listen();
  return server;
}

async function tapCorners(page: Page, corners: readonly (readonly [number, number])[]): Promise<void> {
  const box = await page.locator('svg.shapes').boundingBox();
  if (box === null) throw new Error('the picture is not shown');
  for (const [x, y] of corners) await page.touchscreen.tap(box.x + x * box.width, box.y + y * box.height);
}

describe.skipIf(executable === undefined)('the page of a line that runs', () => {
  let browser: Browser;
  beforeAll(async () => {
    await built();
    browser = await launch(executable ?? '');
  });
  afterAll(async () => {
    await browser.close();
  });

  it('a zone drawn by touch on a phone is in force without a restart and can be undone; a camera that fails and comes back is seen', async () => {
    await using dir = await tempDir();
    const port = await freePort();
    let camera = await serve(port);
    const config = await configure(dir.join('line.yaml'), {
      device: 'line-1',
      cameras: [{ id: 'belt', url: `rtsp://127.0.0.1:${port}/belt`, fps: 5, models: ['bright'] }],
      models: [await brightModel(dir.path)],
      rules: [brightRule('belt')],
      status: { listen: '127.0.0.1:0' },
    });
    await using line = await startAppliance({ config, data: dir.join('data') });
    const page = await browser.newPage({ viewport: { width: 390, height: 800 }, hasTouch: true, locale: 'en-GB' });
    page.setDefaultTimeout(120_000);
    const witness = new Witness(page);
    await page.goto(line.page);
    const chip = page.locator('[data-camera="belt"] .chip');
    const says = (word: string, withinMs: number) =>
      waitFor(
        `the page to say ${word}`,
        async () => {
          const said = await chip.textContent();
          if (said !== word) throw new Error(`it says ${said}`);
          return true;
        },
        { withinMs },
      );
    await says('Inspecting', 120_000);
    const restarts = (await line.status()).cameras[0]?.restarts;

    await page.goto(`${line.page}/#cameras/belt/zones`);
    await page.locator('svg.shapes').waitFor();
    expect(await fitsWidth(page)).toBe(true);
    await page.getByLabel('Name', { exact: true }).fill('packing');
    await page.getByRole('button', { name: 'Draw a zone' }).tap();
    await page.locator('[data-hint="zone"]').waitFor();
    await page.locator('svg.shapes').scrollIntoViewIfNeeded();
    await tapCorners(page, [
      [0.2, 0.2],
      [0.8, 0.2],
      [0.8, 0.7],
      [0.2, 0.2],
    ]);
    await page.getByLabel('Zone of light-belt').selectOption('packing');
    await page.getByRole('button', { name: 'Save', exact: true }).tap();
    await page.getByText('Saved.').waitFor();
    const zones = async () => {
      const answer = await fetch(new URL('/api/v1/status', line.page));
      const { cameras } = (await answer.json()) as { cameras: { zones: { id: string; polygon: number[][] }[] }[] };
      return cameras[0]?.zones ?? [];
    };
    const [zone] = await waitFor('the zone in force', async () => {
      const found = await zones();
      return found.length === 0 ? undefined : found;
    });
    expect(zone?.id).toBe('packing');
    expect(zone?.polygon.flat().map((value) => Math.round(value * 10) / 10)).toEqual([0.2, 0.2, 0.8, 0.2, 0.8, 0.7]);
    const after = await line.status();
    expect([after.cameras[0]?.restarts, after.vision.restarts]).toEqual([restarts, 0]);
    await page.getByRole('button', { name: 'Undo the last save' }).tap();
    await waitFor('the zone to be gone', async () => (await zones()).length === 0);

    // What a threshold that nothing reaches would have left out of what the line has just reported; nothing is written.
    await page.locator('.options summary').click();
    await page.getByLabel('minScore').fill('1');
    await page.getByRole('button', { name: 'Preview of the last hour' }).click();
    await page.locator('[data-preview]').waitFor();
    const [, reported, now, changed] = await page
      .locator('[data-preview] tbody tr')
      .locator('th, td')
      .allTextContents();
    expect(Number(reported)).toBeGreaterThan(0);
    expect(Number(now)).toBeGreaterThan(0);
    expect(Number(changed)).toBe(0);
    expect(await page.locator('[data-change="removed"]').count()).toBe(Number(now));
    expect(await page.locator('[data-change="added"]').count()).toBe(0);

    const tls = await freePort();
    const enable = ['access', 'enable', '--listen', `127.0.0.1:${tls}`, '--data', dir.join('data'), '--json'];
    const { stdout } = await runProcess(NODE, [LINESIDE, ...enable]);
    const { setup, fingerprint } = JSON.parse(stdout) as { setup: { code: string }; fingerprint: string };
    expect([setup.code, fingerprint]).toEqual([
      expect.stringMatching(/^.{5}-.{5}$/),
      expect.stringMatching(/^[\dA-F:]{95}$/),
    ]);
    const other = await browser.newPage({ ignoreHTTPSErrors: true, locale: 'en-GB' });
    other.setDefaultTimeout(120_000);
    await waitFor('the page over TLS', async () => {
      const answer = await other.goto(`https://127.0.0.1:${tls}/#setup=${setup.code}`).catch(() => null);
      return answer?.ok() === true;
    });
    await other.getByLabel('Name').fill('anna');
    await other.getByLabel('Password').fill('correct horse battery');
    await other.getByRole('button', { name: 'Make the account' }).click();
    await other.locator('[data-camera="belt"]').waitFor();
    await other.close();

    await page.goto(`${line.page}/#now`);
    await says('Inspecting', 120_000);
    await camera[Symbol.asyncDispose]();
    await says('Not inspecting', 5_000);
    camera = await serve(port);
    await says('Inspecting', 120_000);
    expect(witness.errors).toEqual([]);
    expect(witness.strayFrom(new URL(line.page).origin)).toEqual([]);
    await page.close();
    await line.stop();
    await camera[Symbol.asyncDispose]();
    const journal = new Database(journalPath(dir.join('data')), { readonly: true });
    const audit = journal.prepare<[], string>('SELECT json FROM record_audit ORDER BY seq').pluck().all().join('\n');
    journal.close();
    expect(audit).toMatch(/"action":"zones_changed".*"zones":"packing"[^\n]*"who":"page of the device"/);
    for (const action of ['zones_change_undone', 'access_enabled', 'account_made', 'logged_in']) {
      expect(audit).toContain(`"action":"${action}"`);
    }
    expect(audit).not.toMatch(/correct horse/);
  });
});

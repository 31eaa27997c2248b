import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger, systemClock } from '@lineside/kit';
import { Access, AccessFile } from '../../edge/src/access/index.ts';
import { StatusServer } from '../../edge/src/status/index.ts';
import { freePort } from '../support/free-port.ts';
import { StatusWorld } from '../support/status-world.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';
import { findChromium, fitsWidth, launch, violations, Witness } from './chromium.ts';

const executable = findChromium();

describe.skipIf(executable === undefined)('logging in from the network', () => {
  let browser: Browser;
  let dir: TempDir;
  let access: Access;
  let origin: string;
  let axe: string;
  const stop = new AbortController();
  let running: Promise<void>;

  beforeAll(async () => {
    browser = await launch(executable ?? '');
    dir = await tempDir();
    axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    const audit = (): void => undefined;
    access = new Access({
      file: new AccessFile(dir.path),
      device: () => 'line-1',
      clock: systemClock,
      log: silentLogger,
      audit,
    });
    const server = new StatusServer({
      ...{ source: new StatusWorld(dir.join('evidence')), access, listen: { host: '127.0.0.1', port: 0 } },
      ...{ clock: systemClock, random: Math.random, log: silentLogger },
    });
    running = server.run(stop.signal);
    await server.address();
    const port = await freePort();
    origin = `https://127.0.0.1:${port}`;
    await access.command({ action: 'enable', by: 'root', listen: { host: '127.0.0.1', port }, hosts: [] });
  });
  afterAll(async () => {
    await browser.close();
    stop.abort();
    await running;
    await dir[Symbol.asyncDispose]();
  });

  it('the code from the terminal makes an account; out and in again; a wrong password is said, and nothing shown', async () => {
    const page = await browser.newPage({
      ...{ ignoreHTTPSErrors: true, locale: 'en-GB', viewport: { width: 360, height: 740 } },
    });
    page.setDefaultTimeout(120_000);
    const witness = new Witness(page);
    const { setup } = await access.command({ action: 'invite', by: 'root', role: 'technician' });
    await page.goto(`${origin}/#setup=${setup?.code ?? ''}`);
    await page.getByRole('heading', { name: 'New account' }).waitFor();
    for (const language of ['Русский', 'English']) {
      await page.getByRole('button', { name: language }).click();
      expect(await violations(page, axe), language).toEqual([]);
      expect(await fitsWidth(page)).toBe(true);
    }
    await page.getByLabel('Name').fill('anna');
    await page.getByLabel('Password').fill('correct horse battery');
    await page.getByRole('button', { name: 'Make the account' }).click();
    await page.locator('#answer').waitFor();
    expect(await page.locator('.person').innerText()).toContain('anna');
    expect(await page.evaluate('document.cookie')).toBe('');
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    expect(await page.locator('#answer').count()).toBe(0);
    const enter = async (password: string): Promise<void> => {
      await page.getByLabel('Name').fill('anna');
      await page.getByLabel('Password').fill(password);
      await page.getByRole('button', { name: 'Log in' }).click();
    };
    await enter('not the password');
    await page.getByText('name or password is wrong').waitFor();
    await enter('correct horse battery');
    await page.locator('#answer').waitFor();
    // What the device takes away while the page is open is gone from the page too.
    await access.command({ action: 'remove_account', by: 'root', name: 'anna' });
    await page.getByRole('heading', { name: /Log in|New account/ }).waitFor();
    expect(witness.strayFrom(origin)).toEqual([]);
    expect(witness.errors.filter((text) => !/status of 401/.test(text))).toEqual([]);
    await page.close();
  });
});

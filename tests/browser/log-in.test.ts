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
    // A technician has an account, and no list of everybody's.
    await page.getByRole('link', { name: 'anna' }).click();
    await page.locator('[data-own]').waitFor();
    expect(await page.locator('[data-everybody]').count()).toBe(0);
    // What the device takes away while the page is open is gone from the page too.
    await access.command({ action: 'remove_account', by: 'root', name: 'anna' });
    await page.getByRole('heading', { name: /Log in|New account/ }).waitFor();
    expect(witness.strayFrom(origin)).toEqual([]);
    expect(witness.errors.filter((text) => !/status of 401/.test(text))).toEqual([]);
    await page.close();
  });

  it('an admin adds an account, changes its role, ends its sessions and removes it, changes their password, makes and revokes a wall screen', async () => {
    const open = async (width: number) => {
      const context = await browser.newContext({
        ignoreHTTPSErrors: true,
        locale: 'en-GB',
        viewport: { width, height: 800 },
      });
      const page = await context.newPage();
      page.setDefaultTimeout(120_000);
      return page;
    };
    const [page, other, wall] = await Promise.all([open(360), open(1280), open(1280)]);
    const witness = new Witness(page);
    const { setup } = await access.command({ action: 'invite', by: 'root', role: 'admin' });
    const enter = async (where: typeof page, code: string, name: string): Promise<void> => {
      await where.goto(`${origin}/#setup=${code}`);
      await where.getByLabel('Name').fill(name);
      await where.getByLabel('Password').fill(`${name} has a password`);
      await where.getByRole('button', { name: 'Make the account' }).click();
      await where.locator('#answer').waitFor();
    };
    await enter(page, setup?.code ?? '', 'boss');
    await page.getByRole('link', { name: 'boss' }).click();
    await page.locator('[data-account="boss"]').waitFor();
    await page.getByLabel('New name').fill('boris');
    await page.getByRole('form', { name: 'Add an account' }).getByRole('combobox').selectOption('technician');
    await page.getByRole('button', { name: 'Add an account' }).click();
    const code = await page.locator('[data-once] code').first().innerText();
    await enter(other, code, 'boris');
    await page.reload();
    const row = page.locator('[data-account="boris"]');
    await row.getByText('1 session').waitFor();
    for (const language of ['Русский', 'English']) {
      await page.getByRole('button', { name: language }).click();
      expect(await violations(page, axe), language).toEqual([]);
      expect(await fitsWidth(page)).toBe(true);
    }
    await row.getByRole('combobox').selectOption('viewer');
    await page.getByText('The role of boris has changed').waitFor();
    // Whoever is changed is out, and comes back with the new role.
    await other.getByRole('heading', { name: 'Log in' }).waitFor();
    // The last admin stays one.
    const own = page.locator('[data-account="boss"]').getByRole('combobox');
    await own.selectOption('viewer');
    await page.getByText('boss is the last admin').waitFor();
    expect(await own.inputValue()).toBe('admin');
    await row.getByRole('button', { name: 'Remove boris' }).click();
    await row.getByRole('button', { name: 'Really? Remove boris' }).click();
    await row.waitFor({ state: 'detached' });

    await page.getByLabel('Name of the screen').fill('hall-2');
    await page.getByRole('button', { name: 'Add a screen' }).click();
    await page.locator('[data-token="hall-2"]').waitFor();
    await wall.goto(await page.locator('[data-once] code').innerText());
    await wall.locator('#answer').waitFor();
    await page.getByRole('button', { name: 'Remove hall-2' }).click();
    await page.getByRole('button', { name: 'Really? Remove hall-2' }).click();
    await wall.getByRole('heading', { name: 'Log in' }).waitFor();

    const passwords = async (current: string, password: string) => {
      await page.getByLabel('Password of now').fill(current);
      await page.getByLabel('New password', { exact: true }).fill(password);
      await page.getByLabel('New password again').fill(password);
      await page.getByRole('button', { name: 'Change the password' }).click();
    };
    await passwords('not the password', 'battery staple');
    await page.getByText('the password of now is wrong').waitFor();
    await passwords('boss has a password', 'battery staple');
    await page.getByText('The password has changed').waitFor();
    await expect(access.logIn('boss', 'boss has a password', 'test')).rejects.toMatchObject({ code: 'login_refused' });
    expect(await access.logIn('boss', 'battery staple', 'test')).toMatchObject({ rank: 'admin' });
    expect(witness.strayFrom(origin)).toEqual([]);
    expect(witness.errors.filter((text) => !/status of 40[01]/.test(text))).toEqual([]);
    await Promise.all([page, other, wall].map((one) => one.context().close()));
  });
});

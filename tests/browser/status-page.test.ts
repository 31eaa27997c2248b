import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger, systemClock } from '@lineside/kit';
import { LineTeaching } from '../../edge/src/app/line-teaching.ts';
import { checkConfig } from '../../edge/src/config/index.ts';
import { StatusServer } from '../../edge/src/status/index.ts';
import { StatusWorld } from '../support/status-world.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait-for.ts';
import { findChromium, fitsWidth, launch, pixelsOf, Witness } from './chromium.ts';

const executable = findChromium();

describe.skipIf(executable === undefined)('the status page', () => {
  let browser: Browser;
  let page: Page;
  let witness: Witness;
  let folder: TempDir;
  let world: StatusWorld;
  let server: StatusServer;
  let stop: AbortController;
  let running: Promise<void>;
  let origin: string;

  const start = async (port: number): Promise<void> => {
    const log = silentLogger;
    server = new StatusServer({
      source: world,
      listen: { host: '127.0.0.1', port },
      clock: systemClock,
      random: Math.random,
      log,
    });
    stop = new AbortController();
    running = server.run(stop.signal);
    origin = new URL((await server.address()).url).origin;
  };
  const end = async (): Promise<void> => {
    stop.abort();
    await running;
  };
  const camera = (id: string) => page.locator(`[data-camera="${id}"]`);
  /** Goes to a page of the page, as the links at its top do. */
  const go = async (name: string): Promise<void> => {
    await page.locator(`.pages a[href="#${name}"]`).click();
    await page.locator(`main[data-page="${name}"]`).waitFor();
  };

  beforeAll(async () => {
    browser = await launch(executable ?? '');
  });
  afterAll(async () => {
    await browser.close();
  });
  beforeEach(async () => {
    folder = await tempDir();
    world = new StatusWorld(folder.join('evidence'));
    await world.addEvent('people', 'personnel_violation', 'bare_head');
    await world.addEvent('floor', 'sanitation', 'spill');
    await start(0);
    page = await browser.newPage({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' });
    page.setDefaultTimeout(120_000);
    witness = new Witness(page);
    await page.goto(origin);
    await page.locator('#answer').waitFor();
  });
  afterEach(async () => {
    await page.close();
    await end();
    await folder[Symbol.asyncDispose]();
  });

  it('answers at a glance, shows every camera, model and event, and sends requests only to its own device', async () => {
    expect(await page.locator('#answer').textContent()).toBe('Inspecting, 1 open event');
    expect(await page.locator('[data-camera] h3').allTextContents()).toEqual(['product', 'people', 'floor']);
    expect(await camera('product').locator('.chip').textContent()).toBe('Inspecting');
    expect(await camera('product').locator('[data-reason]').textContent()).toBe(
      'Every model of it gives fresh results',
    );
    const production = await page.locator('[data-production]').innerText();
    for (const word of [
      '412 counted',
      'Stopped',
      '3 min: jam',
      '41.2 % reached',
      '8.5 a minute',
      'yoghurt-500',
      '500 (−15)',
      'weight-1: 480 (−14.4, +28.8)',
    ]) {
      expect(production).toContain(word);
    }
    const outputs = await page.locator('[data-output="gate"]').innerText();
    for (const word of ['Place of the belt unknown', '10 due: 8 done', '88: 86 taken', 'p50 4.3 ms, p99 21 ms']) {
      expect(outputs).toContain(word);
    }
    const feed = async (id: string): Promise<readonly string[]> => {
      const text = await page.locator(`[data-feed="${id}"]`).innerText();
      return text.split('\n').map((line) => line.trim());
    };
    expect(await feed('programs')).toEqual(
      expect.arrayContaining(['Online', '3', '3,412', 'frames 12', '4', 'unknown_key 5']),
    );
    expect(await feed('site')).toEqual(expect.arrayContaining(['Offline', 'connect ECONNREFUSED 10.0.0.5:1883', '7']));
    expect(await feed('site')).not.toContain('Connected now');
    expect(await feed('scada')).toContain('Starting');
    expect(await feed('opc.tcp://0.0.0.0:4840')).toEqual([
      'Server opc.tcp://0.0.0.0:4840',
      'Online',
      'Connected now',
      '2',
    ]);
    expect(await feed('modbus+tcp://0.0.0.0:502')).toEqual(
      expect.arrayContaining(['Offline', 'Last error', 'listen EACCES: permission denied']),
    );
    await go('events');
    await waitFor('two events', async () => (await page.locator('.events [data-event]').count()) === 2);
    const shown: readonly (readonly [string, readonly string[]])[] = [
      ['events', ['Bare head', 'Spill']],
      ['records', ['2 queued', 'Online', '148 files']],
      ['models', ['no GPU on this machine', '1.4.0', 'trained on drawn pictures']],
      ['cameras', ['Offered', 'Camera', 'Aim and focus']],
      ['device', ['MAXN_SUPER', 'cpu-thermal 48 °C', '4.9 GB of 8.0 GB', 'follows a time server', 'does not answer']],
    ];
    for (const [name, words] of shown) {
      await go(name);
      const main = page.locator('main');
      for (const word of words) {
        await waitFor(`${word} on the page ${name}`, async () => (await main.innerText()).includes(word));
      }
    }
    expect(await page.locator('[data-chart] svg[role=img]').count()).toBe(7);
    expect(witness.strayFrom(origin)).toEqual([]);
    expect(witness.errors).toEqual([]);
  });

  it.each(['[data-camera="product"] .frame img', '.sheet .frame img'])(
    'shows a picture that lives in %s',
    async (at) => {
      await go('cameras');
      if (at.startsWith('.sheet')) await camera('product').getByRole('button').click();
      const first = await waitFor('a picture', () => pixelsOf(page, at));
      await waitFor('another picture', async () => {
        const now = await pixelsOf(page, at);
        return now !== 0 && now !== first;
      });
      expect(witness.errors).toEqual([]);
    },
  );

  it('shows what was read on the packs, by verdict and field, and the last bad one', async () => {
    await go('cameras');
    expect(await page.locator('.packs').count()).toBe(0);
    const date = { id: 'date', verdict: 'wrong', expected: '2027-05-27', read: '2027-05-28' } as const;
    world.packChecks = [
      {
        rule: 'codes',
        packs: { good: 1234, wrong: 1, unreadable: 2, missing: 0 },
        changeover: { good: 0, wrong: 3, unreadable: 0, missing: 0 },
        notRead: { queue_full: 4 },
        fields: [
          {
            ...{ id: 'ean', counts: { good: 1237, wrong: 0, unreadable: 0, missing: 0 } },
            ...{ contrast: 0.62, contrastBefore: 0.8, quietZone: 1.2, grade: 'B' },
          },
          { id: 'date', counts: { good: 1234, wrong: 1, unreadable: 2, missing: 0 } },
        ],
        hours: [{ fromMs: 0, packs: 1000, read: { ean: 1000, date: 998 } }],
        packMs: { mean: 38.2, max: 71 },
        latest: [{ atMs: 1, track: 7, verdict: 'wrong', changeover: false, fields: [date], tookMs: 38 }],
        problems: [],
      },
    ];
    const block = page.locator('[data-camera="product"] .packs[data-rule="codes"]');
    await block.waitFor();
    const counts = await block.locator('dl.counts dd').allTextContents();
    expect(counts.map((text) => text.replace(/\D/g, ''))).toEqual(['1234', '1', '2', '0']);
    expect(await block.locator('dl.counts .bad').count()).toBe(2);
    const text = await block.innerText();
    for (const part of [
      'First packs of the recipe: wrong 3',
      'contrast 0.62',
      'at first 0.80',
      'quiet zone 1.2, grade B',
    ])
      expect(text).toContain(part);
    expect(text).toMatch(/date, read 99\.8 % this hour/);
    expect(text).toContain('Last bad pack: date wrong, 2027-05-27 expected, 2027-05-28 read');
    expect(text).toContain('Not read in time: 4');
    expect(text).toContain('Reading takes 38 ms per pack, at most 71 ms');
    expect(await page.locator('.packs').count()).toBe(1);
    expect(await fitsWidth(page)).toBe(true);
    expect(witness.errors).toEqual([]);
  });

  it('shows how much of each limit of a machine is used up, and takes a confirmation of its service, asked for twice', async () => {
    const machine = (rule: string) => page.locator(`[data-service="${rule}"]`);
    const cutter = await machine('cutter').innerText();
    for (const part of ['Overdue', '40 days of 90 days (44.4 %)', '260,000 cuts of 250,000 cuts (104.0 %)', 'A. P., '])
      expect(cutter).toContain(part);
    const filler = await machine('filler').innerText();
    for (const part of ['Not due', '9 h of 100 h (9.0 %)', 'none was confirmed yet; counted from '])
      expect(filler).toContain(part);
    const button = machine('cutter').getByRole('button');
    await machine('cutter').getByLabel('Your name').fill('M. Weber');
    await button.click();
    expect(await button.innerText()).toBe('Really? Confirm the service');
    expect(world.services[0]?.servicedBy).toBe('A. P.');
    await button.click();
    await waitFor('the confirmation', async () => {
      const text = await machine('cutter').innerText();
      return text.includes('Not due') && text.includes('M. Weber, ') && text.includes('Confirmed by M. Weber');
    });
    expect(world.services[0]?.servicedBy).toBe('M. Weber');
    expect(world.services[1]?.servicedBy).toBeUndefined();
    await page.getByRole('button', { name: 'Русский' }).click();
    await waitFor('the machine in Russian', async () =>
      /Срок не наступил[^]*Наработка с обслуживания[^]*9 ч из 100 ч[^]*Подтвердить обслуживание/.test(
        await machine('filler').innerText(),
      ),
    );
    await page.setViewportSize({ width: 360, height: 780 });
    expect(await fitsWidth(page)).toBe(true);
    expect(witness.errors).toEqual([]);
  });

  it('shows when each zone was cleaned and by whom, and takes the word of a person, asked for twice', async () => {
    const zone = (rule: string) => page.locator(`[data-cleaning="${rule}"]`);
    const floor = await zone('floor-cleaning').innerText();
    for (const part of ['Not due', '2 h of 8 h (25.0 %)', 'A. P., ']) expect(floor).toContain(part);
    const table = await zone('table-cleaning').innerText();
    for (const part of ['Overdue', '20 h', 'seen by the camera, ']) expect(table).toContain(part);
    const button = zone('table-cleaning').getByRole('button');
    await zone('table-cleaning').getByLabel('Your name').fill('M. Weber');
    await button.click();
    expect(await button.innerText()).toBe('Really? Confirm the cleaning');
    expect(world.confirmations).toEqual([]);
    await button.click();
    await waitFor('the confirmation', async () => {
      const text = await zone('table-cleaning').innerText();
      return text.includes('Not due') && text.includes('M. Weber, ') && text.includes('Confirmed by M. Weber');
    });
    expect(world.confirmations).toEqual([{ target: 'table-cleaning', by: 'M. Weber' }]);
    expect(witness.errors).toEqual([]);
  });

  it('stops asking for live pictures when the large picture is closed', async () => {
    await go('cameras');
    await camera('product').getByRole('button').click();
    await waitFor('the stream', () => witness.requests.some((url) => url.includes('/live')));
    await page.keyboard.press('Escape');
    await page.locator('.sheet').waitFor({ state: 'detached' });
    expect(await page.locator('img[src*="/live"]').count()).toBe(0);
  });

  it('shows within five seconds that a camera has failed, why, and what to try', async () => {
    world.failCamera('people');
    await waitFor(
      'the word',
      async () => (await camera('people').locator('.chip').textContent()) === 'Not inspecting',
      {
        withinMs: 5_000,
      },
    );
    expect(await page.locator('#answer').textContent()).toBe('Degraded, 1 open event');
    expect(await page.locator('.answer p').innerText()).not.toMatch(/^(All|The) .*being inspected/);
    expect(await camera('people').locator('[data-reason]').innerText()).toContain('The camera refused');
    expect(await page.locator('[data-code="refused"]').innerText()).toContain('people: The camera refused');
    expect(await page.locator('[data-code="refused"]').innerText()).toContain('Check that the camera has power');
    expect(await camera('product').locator('.chip').textContent()).toBe('Inspecting');
    await page.getByRole('button', { name: 'Русский' }).click();
    await waitFor('the word in Russian', async () =>
      /^С ограничениями, 1 открытое/.test((await page.locator('#answer').textContent()) ?? ''),
    );
    expect(await page.locator('[data-code="refused"]').innerText()).toContain('Камера отвечает, но порт закрыт');
    const feeds = await page.locator('[data-feeds]').innerText();
    for (const word of ['Для других программ', 'Поток данных site', 'Подключено сейчас', 'Потеряно сообщений']) {
      expect(feeds).toContain(word);
    }
    expect(feeds).toContain(
      'Не попало ни в один поток данных, потому что их процесс не успевает: events 1, frames 210',
    );
    world.restoreCamera('people');
    await waitFor(
      'the camera again',
      async () => (await camera('people').locator('.chip').textContent()) === 'Проверяется',
      {
        withinMs: 5_000,
      },
    );
    expect(await page.evaluate('document.documentElement.lang')).toBe('ru');
  });

  it('shows "Not inspecting" when the vision process is down', async () => {
    world.visionDown = true;
    await waitFor('the answer', async () =>
      /^Not inspecting/.test((await page.locator('#answer').textContent()) ?? ''),
    );
    expect(await page.locator('[data-code="vision_down"]').count()).toBe(1);
  });

  it('shows an event as it happens, its picture large, and who has acknowledged it', async () => {
    await go('events');
    await waitFor('two events', async () => (await page.locator('.events [data-event]').count()) === 2);
    const event = await world.addEvent('product', 'quality_issue', 'defect');
    server.announce(event);
    const row = page.locator(`.events [data-event="${event.event}"]`);
    await row.waitFor();
    await row.click();
    await waitFor('the picture', () => pixelsOf(page, '.sheet .evidence'));
    const sheet = await page.locator('.sheet').innerText();
    expect(sheet).toContain(event.event);
    expect(sheet).toContain('A product has a defect');
    expect(sheet).toContain(`${event.rule} (Product defect)`);
    expect(sheet).toMatch(/Frames with a defect\s+4/);
    await page.getByLabel('Your name').fill('M. Weber');
    await page.getByLabel('Note').fill('belt was changed');
    await page.getByRole('button', { name: 'Acknowledge' }).click();
    await page.locator('[data-acknowledged]').waitFor();
    expect(await page.locator('[data-acknowledged]').innerText()).toMatch(
      /^Acknowledged by M. Weber, .*: belt was changed$/,
    );
    expect(world.events_[0]?.acknowledged?.by).toBe('M. Weber');
    await page.keyboard.press('Escape');
    await page.locator('.sheet').waitFor({ state: 'detached' });
    expect(await page.evaluate('document.activeElement.dataset.event')).toBe(event.event);
  });

  it('is red at the top with an open critical event, which stands above the cameras on a phone and can be opened', async () => {
    const details = { pictureMissing: 'vision_down', framesAbsent: 12 };
    await world.addEvent('floor', 'sanitation', 'puddle', { state: 'open', snapshots: [], details });
    await page.setViewportSize({ width: 360, height: 780 });
    await page.reload();
    const answer = page.locator('.answer');
    await waitFor('two open events', async () => /2 open events/.test(await answer.innerText()));
    const says = /All 3 cameras are being inspected\.\s+Open: puddle at floor for/;
    await waitFor('the reason of the headline', async () => says.test(await answer.innerText()));
    expect(await answer.getAttribute('class')).toContain('bad');
    await waitFor('the title', async () => (await page.title()).includes('2 open events'));
    const open = page.locator('.open-events .event').first();
    expect(await open.innerText()).toContain('No snapshot: the vision process is not running');
    const top = async (selector: string) => (await page.locator(selector).first().boundingBox())?.y;
    await waitFor('the events to stand above the cameras', async () => {
      const [events, cameras] = [await top('.open-events'), await top('.cameras')];
      return events !== undefined && cameras !== undefined && events < cameras;
    });
    await open.click();
    await page.locator('.sheet').getByText('Frames absent').waitFor();
    const sheet = await page.locator('.sheet').innerText();
    expect(sheet).toContain('No snapshot: the vision process is not running');
    expect(sheet).toMatch(/Frames absent\s+12/);
    expect(sheet).not.toMatch(/vision_down|pictureMissing|framesAbsent/);
    expect(sheet).toMatch(/Opened\s+\d{1,2} \w{3} \d{4}, \d{2}:\d{2}:\d{2} \S+/);
    expect(await fitsWidth(page)).toBe(true);
    expect(witness.errors).toEqual([]);
  });

  it('shows a snapshot that is not kept any more as words', async () => {
    await world.addEvent('floor', 'sanitation', 'puddle', { state: 'closed', snapshots: ['e'.repeat(64)] });
    await go('events');
    await page.getByText('The snapshot is not kept on the device any more').first().waitFor();
  });

  it('shows for each shift how long a camera was inspected and why not, and answers for a minute', async () => {
    const nowMs = Date.now();
    world.samples = Array.from({ length: 60 }, (_, minute) => {
      const isLost = minute > 20 && minute <= 32;
      const inspected = 300 * (minute - (isLost ? minute - 20 : minute > 32 ? 12 : 0));
      return {
        ...{ device: 'line-1', journal: 1, seq: minute + 1, boot: 'boot-1', clock: 'synced' as const },
        ...{ wallMs: nowMs - (60 - minute) * 60_000, monoMs: minute * 60_000 },
        body: {
          ...{ camera: 'product', model: 'defect', state: isLost ? 'failed:unreachable' : 'streaming' },
          counters: { offered: inspected, inspected, skipped: {}, failed: {} },
        },
      };
    });
    await page.reload();
    await camera('product').locator('.hours svg rect.blind').first().waitFor({ state: 'attached' });
    await go('cameras');
    const shifts = camera('product').locator('.shifts');
    await shifts.waitFor();
    expect(await shifts.innerText()).toMatch(/UTC: [0-9.]+ % inspected; .*not inspected: the camera cannot be reached/);
    expect(await shifts.locator('rect.blind').count()).toBeGreaterThan(0);
    await page.getByText('Was the check running at a time?').click();
    const at = new Date(nowMs - 30 * 60_000).toISOString().slice(0, 16);
    await page.getByLabel('Date and time').fill(at);
    await page.getByRole('button', { name: 'Show whether the check was running' }).click();
    const answer = page.locator('.ask [role=status]');
    await waitFor('the answer', async () => /product: not inspected/.test(await answer.innerText()));
    expect(await answer.innerText()).toMatch(/0 % inspected; 1 min not inspected: the camera cannot be reached/);
    expect(await answer.locator('svg').count()).toBe(1);
    expect(witness.errors).toEqual([]);
  });

  it('writes the names of zones so that none covers another, also where zones begin at one corner', async () => {
    const polygon = [
      [0.1, 0.3],
      [0.5, 0.3],
      [0.5, 0.6],
    ] as const;
    await go('cameras');
    world.moreZones = ['labeller', 'closer', 'filler', 'reject-chute'].map((id) => ({ id, polygon }));
    const names = camera('product').locator('.zone-name');
    await waitFor('five names', async () => (await names.count()) === 5);
    const boxes = await Promise.all((await names.all()).map((name) => name.boundingBox()));
    const covers = boxes.flatMap((a, i) =>
      boxes.slice(i + 1).filter((b) => {
        if (a === null || b === null) return true;
        return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
      }),
    );
    expect(covers).toEqual([]);
  });

  it('lists events by kind and by state', async () => {
    await go('events');
    await page.getByLabel('Kind').selectOption('sanitation');
    await waitFor('one event', async () => (await page.locator('.events [data-event]').count()) === 1);
    expect(await page.locator('.events [data-event]').innerText()).toContain('Spill');
    await page.getByLabel('State').selectOption('open');
    await page.getByText('No events.').waitFor();
    await page.getByLabel('Kind').selectOption('');
    await waitFor('the open event', async () => (await page.locator('.events [data-event]').count()) === 1);
    expect(await page.locator('.events [data-event]').innerText()).toContain('Bare head');
  });

  it('shows names that a model or a file brought as text, whatever they are written like', async () => {
    const hostile = '<img src=x onerror="document.title=`owned`"><x-mark>bold</x-mark>';
    world.cameras.push({ id: 'stranger', model: hostile, label: hostile, zone: hostile });
    const { event } = await world.addEvent('stranger', 'sanitation', hostile, { details: { matter: hostile } });
    await page.reload();
    await camera('stranger').waitFor();
    await page.setViewportSize({ width: 360, height: 800 });
    expect(await fitsWidth(page)).toBe(true);
    await page.setViewportSize({ width: 1280, height: 900 });
    for (const name of ['overview', 'events']) {
      if (name === 'events') await go(name);
      await waitFor(`the label on ${name}`, async () =>
        (await page.locator('body').innerText()).includes('<x-mark>bold</x-mark>'),
      );
      expect(await page.locator('x-mark, img[src="x"]').count()).toBe(0);
    }
    await page.setViewportSize({ width: 360, height: 800 });
    expect(await fitsWidth(page)).toBe(true);
    await page.locator(`.events [data-event="${event}"]`).click();
    await page.locator('.sheet').getByText('<x-mark>bold</x-mark>').first().waitFor();
    expect(await page.locator('x-mark, img[src="x"]').count()).toBe(0);
    expect(await page.title()).not.toBe('owned');
  });

  it('shows that it is disconnected, greys old values, and reconnects by itself', async () => {
    const port = Number(new URL(origin).port);
    await end();
    const alerts = page.getByRole('alert');
    const lost = alerts.filter({ hasText: 'Disconnected' });
    await lost.waitFor();
    expect(await alerts.count()).toBe(1);
    expect(await page.locator('#answer').textContent()).toBe('Unknown');
    expect(await page.locator('.page.stale').count()).toBe(1);
    expect(await camera('product').locator('.chip').textContent()).toBe('Unknown');
    await start(port);
    await lost.waitFor({ state: 'detached' });
    expect(await page.locator('#answer').textContent()).toBe('Inspecting, 1 open event');
    await go('cameras');
    const first = await waitFor('a picture', () => pixelsOf(page, '[data-camera="product"] .frame img'));
    await waitFor('a new one', async () => (await pixelsOf(page, '[data-camera="product"] .frame img')) !== first);
    expect(witness.errors).toEqual([]);
  });

  it('shows one alert while it is disconnected, and reads the events again with the next connection', async () => {
    const port = Number(new URL(origin).port);
    const events = page.locator('.events [data-event]');
    await go('events');
    await waitFor('two events', async () => (await events.count()) === 2);
    await page.route('**/api/v1/events?*', (route) => route.abort());
    await page.getByLabel('Kind').selectOption('sanitation');
    const alerts = page.getByRole('alert');
    await alerts.filter({ hasText: 'Events could not be read' }).waitFor();
    await end();
    await alerts.filter({ hasText: 'Disconnected' }).waitFor();
    expect(await alerts.count()).toBe(1);
    await page.unroute('**/api/v1/events?*');
    await start(port);
    await waitFor('no alert', async () => (await alerts.count()) === 0);
    await waitFor('one event', async () => (await events.count()) === 1);
  });

  it.each([360, 390, 1280])('fits a window of %i pixels, also in trouble', async (width) => {
    const long = 'a-camera-with-a-rather-long-name-beside-the-second-labeller-of-3';
    world.cameras.push({ id: long, model: 'defect', label: 'cap', zone: long });
    world.failCamera('people');
    world.configRefused = true;
    world.linkState = 'offline';
    await page.setViewportSize({ width, height: 800 });
    await page.locator('[data-code="config_refused"]').waitFor();
    for (const name of ['now', 'cameras', 'records', 'models', 'device', 'events']) {
      await go(name);
      expect(await fitsWidth(page), name).toBe(true);
    }
    await page.locator('.events [data-event]').first().click();
    expect(await fitsWidth(page)).toBe(true);
  });

  it('teaches a model from good pieces: collects, shows the odd ones to strike out, makes it and puts it to use', async () => {
    const configPath = folder.join('line.yaml');
    const text = [
      'device: line-1',
      'cameras:',
      '  - id: product',
      '    url: "lavfi:testsrc=s=160x120:r=5"',
      '    models: [defect]',
      '    zones: [{ id: belt, polygon: [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]] }]',
    ].join('\n');
    await writeFile(configPath, text);
    const sources = { catalog: ['defect'], env: {} };
    const audited: string[] = [];
    world.teacher = new LineTeaching({
      loaded: () => checkConfig(readFileSync(configPath, 'utf8'), { ...sources, path: configPath }),
      ...{ configPath, sources, dataDir: folder.path },
      audit: (action) => void audited.push(action),
    });
    await go('models');
    await page.getByRole('form', { name: 'Teach a model' }).getByRole('combobox').first().selectOption('product');
    await page.getByLabel('One piece is').selectOption('belt');
    await page.getByLabel('Minutes of good pieces').fill('0.5');
    await page.getByLabel('Pieces', { exact: true }).fill('12');
    await page.getByRole('button', { name: 'Start teaching' }).click();
    // Teaching gives way to everything else, so that a busy machine takes minutes for it.
    const reached = (state: string) => page.locator(`[data-teach="${state}"]`).isVisible();
    await waitFor('the pieces', () => reached('review'), { withinMs: 120_000, everyMs: 250 });
    const first = page.locator('[data-piece]').first();
    const number = await first.getAttribute('data-piece');
    await waitFor('the piece in the picture', async () => (await pixelsOf(page, '[data-piece] img')) !== 0);
    await first.getByRole('checkbox').check();
    await page.locator('.taught input[type="range"]').last().fill('0');
    await page.getByRole('button', { name: 'make the model' }).click();
    await waitFor('the model', () => reached('taught'), { withinMs: 120_000, everyMs: 250 });
    await page.getByText('11 good pieces').waitFor();
    await page.getByRole('button', { name: 'Use the model' }).click();
    await page.getByText('is in use and watches').waitFor();
    expect(await readFile(configPath, 'utf8')).toMatch(/models: \[ ?defect, \{ id: product-belt, region: belt \} ?\]/);
    expect(world.teacher.view().report?.struck).toEqual([Number(number)]);
    expect(audited).toEqual(['teaching_started', 'model_taught', 'taught_model_used']);
    expect(witness.errors).toEqual([]);
  });

  it('is worked by keyboard, and every control and picture has a name', async () => {
    await go('cameras');
    const nameless = await page.evaluate(
      `[...document.querySelectorAll('button, select, img')].filter((e) => !(e.ariaLabel || e.innerText || e.labels?.length || e.hasAttribute('alt'))).length`,
    );
    expect(nameless).toBe(0);
    const zones = page.getByRole('button', { name: 'Zones and masks' });
    await zones.focus();
    await page.keyboard.press('Space');
    expect(await zones.getAttribute('aria-pressed')).toBe('false');
    expect(await page.locator('.zones').count()).toBe(0);
    await page.reload();
    await page.locator('#answer').waitFor();
    expect(await page.getByRole('button', { name: 'Zones and masks' }).getAttribute('aria-pressed')).toBe('false');
  });
});

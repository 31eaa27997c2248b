import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { FROM_SOURCE, NODE, startProcess } from '../support/processes.ts';
import { codeModules, printedCode } from '../support/printed-codes.ts';
import { tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait-for.ts';
import { findChromium, fitsWidth, launch, Witness } from './chromium.ts';

const executable = findChromium();
// Its modules are not imported here: with the types of a browser they would be other programs.
const MAIN = fileURLToPath(new URL('../../edge/src/cli/index.ts', import.meta.url));

interface Written {
  readonly cameras: readonly { readonly zones?: readonly { id: string; polygon: [number, number][] }[] }[];
  readonly rules: readonly { readonly id: string; readonly zone?: string; readonly line?: [number, number][] }[];
}

describe.skipIf(executable === undefined)('lineside camera setup', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch(executable ?? '');
  });
  afterAll(async () => {
    await browser.close();
  });

  it('draws a zone by pointer, moves a corner and a line by keyboard, and writes both into the configuration', async () => {
    await using dir = await tempDir();
    const path = dir.join('line.yaml');
    const config = {
      device: 'd',
      cameras: [{ id: 'belt', url: 'lavfi:testsrc=s=320x240:r=5', models: ['defect'] }],
      rules: [{ id: 'packs', type: 'count', camera: 'belt' }],
    };
    await writeFile(path, JSON.stringify(config, null, 2));
    const written = async (): Promise<Written> => parse(await readFile(path, 'utf8')) as Written;
    const args = ['camera', 'setup', 'belt', '--config', path, '--data', dir.path, '--json'];
    const command = await startProcess(NODE, [...FROM_SOURCE, MAIN, ...args]);
    const [line] = await command.waitForLine(/^\{"page":.*\}$/, 120_000);
    const { page: address } = JSON.parse(line) as { page: string };
    const page = await browser.newPage({ viewport: { width: 1000, height: 800 } });
    page.setDefaultTimeout(120_000);
    const witness = new Witness(page);
    await page.goto(address);
    const picture = page.locator('svg.shapes');
    await picture.waitFor();
    expect(await fitsWidth(page)).toBe(true);

    await page.fill('#name', 'packing');
    await page.getByRole('button', { name: 'Draw a zone' }).click();
    const box = await picture.boundingBox();
    if (box === null) throw new Error('the picture is not shown');
    for (const [x, y] of [
      [0.2, 0.2],
      [0.8, 0.2],
      [0.8, 0.6],
      [0.2, 0.2],
    ] as const) {
      await page.mouse.click(box.x + x * box.width, box.y + y * box.height);
    }
    await page.getByRole('button', { name: /^zone packing, corner 3 of 3, 80 % from the left/ }).focus();
    for (let k = 0; k < 2; k += 1) await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('+');
    await page.selectOption('select[aria-label="Zone of packs"]', 'packing');
    await page.getByRole('button', { name: 'line packs', exact: true }).click();
    await page.getByRole('button', { name: /^line line:packs, corner 1 of 2/ }).focus();
    await page.keyboard.press('Shift+ArrowRight');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const saved = await waitFor('the zone in the file', async () => {
      const found = await written();
      return found.cameras[0]?.zones?.[0] === undefined ? undefined : found;
    });
    const [zone] = saved.cameras[0]?.zones ?? [];
    expect(zone?.id).toBe('packing');
    expect(zone?.polygon).toHaveLength(4);
    for (const [k, [x, y]] of [
      [0.2, 0.2],
      [0.8, 0.2],
      [0.8, 0.7],
      [0.5, 0.45],
    ].entries() as Iterable<[number, [number, number]]>) {
      expect(zone?.polygon[k]?.[0]).toBeCloseTo(x, 1);
      expect(zone?.polygon[k]?.[1]).toBeCloseTo(y, 1);
    }
    expect(saved.rules[0]).toMatchObject({
      zone: 'packing',
      line: [
        [0.55, 1],
        [0.5, 0],
      ],
    });

    await page.getByRole('button', { name: 'Undo the last save' }).click();
    await waitFor('the file as it was', async () => (await written()).cameras[0]?.zones === undefined);
    await page.getByRole('button', { name: 'Done' }).click();
    expect((await command.waitForExit(60_000)).code).toBe(0);
    expect(witness.errors).toEqual([]);
    expect(witness.strayFrom(new URL(address).origin)).toEqual([]);
    await page.close();
  });

  it('reads one good pack that is framed, and writes its fields when the person says that they are right', async () => {
    await using dir = await tempDir();
    const path = dir.join('line.yaml');
    const pack = printedCode(await codeModules('4006381333931', 'EAN13'));
    const { width, height, pixels } = pack;
    await sharp(pixels, { raw: { width, height, channels: 1 } })
      .extend({ left: width, right: width, top: height, bottom: height, background: '#444' })
      .png()
      .toFile(dir.join('pack.png'));
    const camera = { id: 'belt', url: dir.join('pack.png'), models: ['defect'] };
    await writeFile(path, JSON.stringify({ device: 'd', cameras: [camera], rules: [] }, null, 2));
    const args = ['camera', 'setup', 'belt', '--config', path, '--data', dir.path, '--json'];
    const command = await startProcess(NODE, [...FROM_SOURCE, MAIN, ...args]);
    const [line] = await command.waitForLine(/^\{"page":.*\}$/, 120_000);
    const { page: address } = JSON.parse(line) as { page: string };
    const page = await browser.newPage({ viewport: { width: 1000, height: 800 } });
    page.setDefaultTimeout(120_000);
    const witness = new Witness(page);
    await page.goto(address);
    await page.locator('svg.shapes').waitFor();
    await page.getByRole('button', { name: 'New picture' }).click();
    await page.getByRole('button', { name: 'Frame one good pack' }).click();
    await page.getByRole('button', { name: 'Read the pack' }).click();
    const ean = page.locator('#pack-fields label', { hasText: 'ean: code, EAN13, {product}' });
    await ean.waitFor();
    expect(await page.locator('#pack-facts').textContent()).toContain('product 4006381333931');
    expect(await page.locator('svg.shapes .shape.field').count()).toBe(1);
    expect(await fitsWidth(page)).toBe(true);
    await page.locator('#pack-fields input[name="label"]').uncheck();
    await page.fill('#recipe', 'milk');
    await page.getByRole('button', { name: 'This is right' }).click();
    const saved = await waitFor('the rule in the file', async () => {
      const found = parse(await readFile(path, 'utf8')) as { rules: object[]; recipes?: object[] };
      return found.rules.length === 0 ? undefined : found;
    });
    expect(saved).toMatchObject({
      rules: [{ id: 'codes', type: 'code_check', fields: [{ id: 'ean', kind: 'code', gtin: '{product}' }] }],
      recipes: [{ id: 'milk', product: '4006381333931' }],
    });
    await page.locator('#answer', { hasText: 'Saved: the rule checks these fields.' }).waitFor();
    await page.getByRole('button', { name: 'Done' }).click();
    expect((await command.waitForExit(60_000)).code).toBe(0);
    expect(witness.errors).toEqual([]);
    await page.close();
  });
});

import { writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { runHere } from '../../../../tests/support/lineside.ts';
import { codeModules, printedCode } from '../../../../tests/support/printed-codes.ts';
import { tempDir, type TempDir } from '../../../../tests/support/temp-dir.ts';

async function pack(dir: TempDir, name: string, text: string, format: 'EAN13' | 'DataMatrix'): Promise<string> {
  const { pixels, width, height } = printedCode(await codeModules(text, format, format === 'DataMatrix'));
  const path = dir.join(name);
  await sharp(pixels, { raw: { width, height, channels: 1 } })
    .png()
    .toFile(path);
  return path;
}

describe('lineside code read', () => {
  it('reports each code of an image, and what it means', async () => {
    await using dir = await tempDir();
    const image = await pack(dir, 'pack.png', '(01)04006381333931(17)270500(10)A7', 'DataMatrix');
    const text = await runHere(['code', 'read', image]);
    expect(text.stdout).toContain('(17) USE BY or EXPIRY: 2027-05-31');
    expect(text.code).toBe(0);
    const json = await runHere(['code', 'read', '--json', image]);
    expect(JSON.parse(json.stdout)).toMatchObject({
      source: image,
      codes: [
        {
          symbology: 'DataMatrix',
          gs1: true,
          facts: [
            { ai: '01', title: 'GTIN', value: '04006381333931' },
            { ai: '17', value: '2027-05-31' },
            { ai: '10', value: 'A7' },
          ],
        },
      ],
    });
  });

  it('reads the other images where one is damaged or has no code, and ends with 1', async () => {
    await using dir = await tempDir();
    const image = await pack(dir, 'pack.png', '4006381333931', 'EAN13');
    const damaged = dir.join('damaged.jpg');
    await writeFile(damaged, 'no image');
    const { stdout, stderr, code } = await runHere(['code', 'read', damaged, image, '--symbologies', 'ean13']);
    expect(stderr).toContain('damaged.jpg cannot be read');
    expect(stdout).toContain('EAN13 4006381333931');
    expect(code).toBe(1);
    const other = await runHere(['code', 'read', image, '--symbologies', 'QRCode']);
    expect(other).toMatchObject({ code: 1, stdout: expect.stringContaining('no code') as string });
  });

  it('refuses a symbology that it does not know, with those that it does', async () => {
    const { stderr, code } = await runHere(['code', 'read', 'x.png', '--symbologies', 'EAN31']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/not every symbology is known: EAN31[^]*EAN13, EAN8/);
  });
});

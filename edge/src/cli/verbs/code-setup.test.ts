import { readFile, writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { runHere } from '../../../../tests/support/lineside.ts';
import { codeModules, printedCode } from '../../../../tests/support/printed-codes.ts';
import { tempDir, type TempDir } from '../../../../tests/support/temp-dir.ts';

const CONFIG = `device: line-1
cameras:
  - {id: packing, url: rtsp://h/1, models: [defect]} # the belt
recipes:
  - {id: milk, product: "0", fields: {shelfLife: 21d}}
`;

async function good(dir: TempDir): Promise<{ readonly config: string; readonly image: string }> {
  const { pixels, width, height } = printedCode(await codeModules('4006381333931', 'EAN13'));
  const [config, image] = [dir.join('lineside.yaml'), dir.join('pack.png')];
  await sharp(pixels, { raw: { width, height, channels: 1 } })
    .extend({ left: width, background: '#000' })
    .png()
    .toFile(image);
  await writeFile(config, CONFIG);
  return { config, image };
}

describe('lineside code setup', () => {
  it('shows what one good pack has, and writes nothing before it is confirmed', async () => {
    await using dir = await tempDir();
    const { config, image } = await good(dir);
    const verb = ['code', 'setup', 'packing', '--config', config, '--image', image];
    const shown = await runHere([...verb, '--box', '0.5,0,1,1']);
    expect(shown.stdout).toContain('ean: code, EAN13, gtin {product}');
    expect(shown.stdout).toContain('product: 4006381333931');
    expect(shown.code).toBe(0);
    const { stdout } = await runHere([...verb, '--box', '0.5,0,1,1', '--json']);
    expect(JSON.parse(stdout.split('\n')[0] ?? '')).toMatchObject({
      fields: [
        { id: 'ean', region: [expect.any(Number), expect.any(Number), expect.any(Number), expect.any(Number)] },
        { id: 'label', place: [expect.any(Number), expect.any(Number)] },
      ],
      product: '4006381333931',
    });
    expect(await readFile(config, 'utf8')).toBe(CONFIG);
  });

  it('writes rule and recipe, keeps comments, and goes on from the fields of the rule that is there', async () => {
    await using dir = await tempDir();
    const { config, image } = await good(dir);
    const verb = ['code', 'setup', 'packing', '--config', config, '--image', image, '--box', '0.5,0,1,1'];
    const dry = await runHere([...verb, '--recipe', 'milk', '--labels', 'bottle', '--dry-run']);
    expect(dry.stdout).toMatch(/type: code_check[^]*labels:[^]*bottle/);
    expect(await readFile(config, 'utf8')).toBe(CONFIG);
    const applied = await runHere([...verb, '--recipe', 'milk', '--apply']);
    expect(applied.code).toBe(0);
    const text = await readFile(config, 'utf8');
    expect(text).toContain('# the belt');
    expect(text).toMatch(/product: "?4006381333931/);
    expect((await runHere([...verb, '--recipe', 'soya', '--apply'])).code).toBe(0);
    expect((await readFile(config, 'utf8')).match(/type: code_check/g)).toHaveLength(1);
    expect((await runHere(['config', 'check', '--config', config])).code).toBe(0);
  });

  it('reads what the camera shows now where no picture is named', async () => {
    await using dir = await tempDir();
    const { config, image } = await good(dir);
    await writeFile(config, CONFIG.replace('rtsp://h/1', JSON.stringify(image)));
    const verb = ['code', 'setup', 'packing', '--config', config, '--box', '0.5,0,1,1'];
    const { code, stdout, stderr } = await runHere(verb);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('product: 4006381333931');
    const covered = CONFIG.replace('rtsp://h/1', JSON.stringify(image)).replace(
      'models:',
      'privacy: {blur: heads}, models:',
    );
    await writeFile(config, covered.replaceAll('defect', 'ppe'));
    const refused = await runHere(verb);
    expect(refused.stderr).toContain('people are covered');
    expect(refused.code).not.toBe(0);
  });

  it('ends with 1 where nothing can be read, and refuses a box that is none and a camera that is not there', async () => {
    await using dir = await tempDir();
    const { config, image } = await good(dir);
    const verb = (camera: string, box: string) => [
      'code',
      'setup',
      camera,
      '--config',
      config,
      '--image',
      image,
      '--box',
      box,
    ];
    expect(await runHere(verb('packing', '0,0,0.5,1'))).toMatchObject({ code: 1 });
    expect((await runHere(verb('packing', '0.5,0,0.1,1'))).stderr).toContain('is no box');
    expect((await runHere(verb('other', '0,0,1,1'))).stderr).toContain('name one of: packing');
  });
});

/**
 * Makes the pictures of the documents anew: `npm run docs:pictures`. A camera of the twin, `lineside setup` at a terminal, the
 * service that it set up, and its page in Chromium; nothing is drawn by hand. Folders are named as on an installed device.
 */
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Page } from 'playwright-core';
import { z } from 'zod';
import { findChromium, launch } from '../../tests/browser/chromium.ts';
import { startLineside } from '../../tests/support/lineside.ts';
import { FROM_SOURCE, NODE, startProcess } from '../../tests/support/processes.ts';
import { PseudoTerminal } from '../../tests/support/pseudo-terminal.ts';
import { tempDir } from '../../tests/support/temp-dir.ts';
import { waitFor } from '../../tests/support/wait-for.ts';
import { type Cell, terminalScreen } from './terminal-screen.ts';
import { terminalSvg } from './terminal-svg.ts';

const ROOT = join(import.meta.dirname, '../..');
const PICTURES = join(ROOT, 'docs/pictures');
const EDGE = join(ROOT, 'edge/src/cli/index.ts');
const TWIN = join(ROOT, 'scripts/twin/src/cli/index.ts');
const COLUMNS = 118;
const MOST_BYTES = 100_000;
const LAPTOP = { width: 1000, height: 650 };
const TABLET = { width: 680, height: 900 };
/** Conditions in the page, whose policy lets no script of another wait for them. */
const EVENT_WITH_PICTURE =
  '/open event/.test(document.querySelector("#answer")?.textContent) && document.querySelector(".open-events img")?.naturalWidth > 0';
const STILL = '[...document.images].every((image) => image.complete)';
const PATIENCE_MS = 240_000;

const Streams = z.object({ streams: z.array(z.object({ id: z.string(), url: z.string() })) });
const Ready = z.object({ page: z.string() });

await mkdir(PICTURES, { recursive: true });
await using dir = await tempDir('lineside-pictures-');
const [config, data] = [dir.join('lineside.yaml'), dir.join('data')];
const paths = ['--config', config, '--data', data];

await using twin = await startProcess(NODE, [
  ...[...FROM_SOURCE, TWIN, 'run', '--json'],
  ...['--camera', 'people', '--port', '0'],
]);
const [started] = await twin.waitForLine(/^\{.*"type":"streams".*\}$/, PATIENCE_MS);
const camera = Streams.parse(JSON.parse(started)).streams[0]?.url ?? '';

const setup = await atTerminal('lineside setup --wait 5m', ['setup', '--wait', '5m'], async (terminal) => {
  await terminal.answer(/Name of this device.*: /, 'line-7');
  await terminal.answer(/Name of the line.*: /, 'Packing 7');
  await terminal.answer(/Camera: .*: /, camera, PATIENCE_MS);
  await terminal.answer(/Name of the camera.*: /, 'packing', PATIENCE_MS);
  await terminal.answer(/Camera: .*: /, '');
  await terminal.answer(/Models of packing.*: /, 'ppe');
  await terminal.answer(/Zones of packing: .*: /, 'table=0.03,0.1;0.97,0.1;0.97,0.95;0.03,0.95');
  await terminal.answer(/Zones of packing \(table\): .*: /, '');
  await terminal.answer(/Rule \(empty: no more\): /, 'no hairnet at the table for longer than 1 second is a violation');
  await terminal.answer(/Save this rule\? \[Y\/n\]: /, 'y');
  await terminal.answer(/Rule .*: /, '');
  await terminal.answer(/Claim code of the collector.*: /, '');
  await terminal.answer(/Broker of the collector.*: /, '');
  await terminal.answer(/Value from the plant.*: /, '');
  await terminal.see(/event: .*packing/, 2 * PATIENCE_MS);
});
const rules = setup.findIndex((cells) => textOf(cells).startsWith('6 of 9'));
if (rules < 0) throw new Error('the setup has no step 6 of 9');
await terminalPicture('setup-camera-and-zones', setup.slice(0, rules));
await terminalPicture('setup-rules-and-event', setup.slice(rules));

await appendFile(config, 'status: {listen: "127.0.0.1:0"}\n');
await using service = await startLineside(['run', '--json', ...paths]);
const [ready] = await service.waitForLine(/^\{"ready":true.*\}$/, PATIENCE_MS);
const { origin } = new URL(Ready.parse(JSON.parse(ready)).page);
const executable = findChromium();
if (executable === undefined) throw new Error('there is no Chromium');
const browser = await launch(executable);
try {
  const page = await browser.newPage({ viewport: LAPTOP, locale: 'en-GB', colorScheme: 'light' });
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(origin);
  await shows(page, EVENT_WITH_PICTURE);
  await pagePicture('page-now', page);
  await page.setViewportSize(TABLET);
  await page.goto(`${origin}/#cameras/packing/zones`);
  await page.locator('svg.shapes').waitFor();
  await shows(page, STILL);
  await pagePicture('page-zones', page);
} finally {
  await browser.close();
}
await terminalPicture('doctor', await atTerminal('lineside doctor', ['doctor'], async () => undefined));

function shows(page: Page, condition: string): Promise<unknown> {
  return waitFor(condition, () => page.evaluate(condition), { withinMs: PATIENCE_MS, everyMs: 250 });
}

/** What a terminal shows of a command and of the person who answers it. */
async function atTerminal(
  prompt: string,
  verb: readonly string[],
  person: (terminal: PseudoTerminal) => Promise<void>,
): Promise<readonly (readonly Cell[])[]> {
  await using terminal = new PseudoTerminal([NODE, ...FROM_SOURCE, EDGE, ...verb, ...paths], dir.path);
  await person(terminal);
  await terminal.end(PATIENCE_MS);
  const asInstalled = [
    [config, '/etc/lineside/lineside.yaml'],
    [data, '/var/lib/lineside'],
    [dir.path, '/var/lib'],
    [ROOT, '/opt/lineside/current'],
  ] as const;
  const shown = asInstalled.reduce((text, [here, there]) => text.replaceAll(here, there), terminal.written);
  return terminalScreen(`# ${prompt}\r\n${shown.trimEnd()}`);
}

function textOf(cells: readonly Cell[]): string {
  return cells.map(({ character }) => character).join('');
}

function terminalPicture(name: string, lines: readonly (readonly Cell[])[]): Promise<void> {
  return keep(`${name}.svg`, Buffer.from(terminalSvg(lines, COLUMNS)));
}

async function pagePicture(name: string, page: Page): Promise<void> {
  const png = await page.screenshot();
  await keep(`${name}.png`, await sharp(png).png({ palette: true, colours: 96, dither: 0.5, effort: 10 }).toBuffer());
}

async function keep(file: string, bytes: Buffer): Promise<void> {
  if (bytes.length > MOST_BYTES) throw new Error(`${file} has ${bytes.length} bytes, and at most ${MOST_BYTES} may be`);
  await writeFile(join(PICTURES, file), bytes);
  console.log(`wrote docs/pictures/${file} (${(bytes.length / 1000).toFixed(0)} kB)`);
}

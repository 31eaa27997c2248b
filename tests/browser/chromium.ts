import { existsSync } from 'node:fs';
import { type Browser, chromium, type ConsoleMessage, type Page } from 'playwright-core';

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The browser of this machine, or undefined after printing what to install. */
export function findChromium(): string | undefined {
  const path = PATHS.find((candidate) => existsSync(candidate));
  if (path === undefined) console.warn(`skipped: no browser at ${PATHS.join(', ')}; Debian: apt-get install chromium`);
  return path;
}

/** A headless browser with a fresh profile, which talks to nobody on its own account. */
export function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** What a page did beside showing itself. */
export class Witness {
  /** Addresses asked for, of any origin. */
  readonly requests: string[] = [];
  readonly #errors: string[] = [];

  constructor(page: Page) {
    page.on('request', (request) => this.requests.push(request.url()));
    page.on('pageerror', (error) => this.#errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.#errors.push(textOf(message));
    });
  }

  /** Errors of scripts and of the content policy; that a server is away is not an error of the page. */
  get errors(): readonly string[] {
    return this.#errors.filter((text) => !/ERR_CONNECTION_|ERR_INCOMPLETE_CHUNKED|503|ERR_EMPTY|ERR_SOCKET/.test(text));
  }

  /** Requests that left `origin`. */
  strayFrom(origin: string): readonly string[] {
    return this.requests.filter((url) => !url.startsWith('data:') && new URL(url).origin !== origin);
  }
}

function textOf(message: ConsoleMessage): string {
  return `${message.text()} (${message.location().url})`;
}

/** True when nothing of the page lies beyond the right edge of the window. */
export function fitsWidth(page: Page): Promise<boolean> {
  return page.evaluate('document.documentElement.scrollWidth <= window.innerWidth');
}

/** A number that follows from the pixels now shown by the first image that matches `selector`; 0 while it shows none. */
export function pixelsOf(page: Page, selector: string): Promise<number> {
  return page.evaluate(`(() => {
    const image = document.querySelector(${JSON.stringify(selector)});
    if (!image || !image.naturalWidth) return 0;
    const canvas = document.createElement('canvas');
    canvas.width = 64;
    canvas.height = 36;
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0, 64, 36);
    return context.getImageData(0, 0, 64, 36).data.reduce((hash, byte) => (hash * 31 + byte) >>> 0, 7);
  })()`);
}

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly target: readonly string[] }[];
}

/** What axe (the text of its script) reports of the page as it is shown. By evaluation, because the page's policy allows no script of another. */
export async function violations(page: Page, axe: string): Promise<readonly string[]> {
  await page.evaluate(axe);
  const found = await page.evaluate<{ readonly violations: readonly Violation[] }>(
    'axe.run(document, { resultTypes: ["violations"] })',
  );
  return found.violations.map(
    ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
  );
}

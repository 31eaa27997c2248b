import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { systemCode } from '@lineside/kit';

/** Secrets of which each exists nowhere else, in files and variables of a line, and how they are found where they must not be. */
export class PlantedSecrets {
  /** The variables that refer to them; for the environment of the line. */
  readonly env: Record<string, string> = {};
  readonly #folder: string;
  readonly #secrets = new Map<string, string>();

  /** `folder`: of the configuration, where files with secrets are written. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** A new secret. What it is made of needs encoding in a URL where `marks` has such characters. */
  plant(place: string, marks = ''): string {
    return this.know(place, `Zq${this.#secrets.size}${marks}x${place.replaceAll(/\W/g, '')}7Kw`);
  }

  /** A secret whose form is not ours to choose. */
  know(place: string, secret: string): string {
    this.#secrets.set(place, secret);
    return secret;
  }

  /** A secret in a file, and the reference to it. */
  byFile(place: string, marks = ''): Promise<string> {
    return this.inFile(place, this.plant(place, marks));
  }

  /** A file with this text, of which only a part may be secret, and the reference to it. */
  async inFile(place: string, text: string): Promise<string> {
    const name = place.replaceAll(/\W/g, '-');
    await writeFile(join(this.#folder, name), `${text}\n`, { mode: 0o600 });
    return `\${file:./${name}}`;
  }

  byVariable(place: string, marks = ''): string {
    return this.inVariable(place, this.plant(place, marks));
  }

  inVariable(place: string, text: string): string {
    const name = place.replaceAll(/\W/g, '_').toUpperCase();
    this.env[name] = text;
    return `\${env:${name}}`;
  }

  /** Every spelling of every planted secret that is in `text`: see `spellingsOf`. */
  leaksIn(text: string): readonly string[] {
    return [...this.#secrets.values()].flatMap(spellingsOf).filter((spelling) => text.includes(spelling));
  }

  /** The same in the names and contents of all files of a gzipped tar file. */
  async leaksInArchive(path: string): Promise<readonly string[]> {
    return this.leaksIn(gunzipSync(await readFile(path)).toString('latin1'));
  }

  /** The files of the data folder that have one; the copy of the configuration has what is written in it. */
  async filesWithLeaks(data: string): Promise<readonly string[]> {
    const found: string[] = [];
    for (const { path } of (await filesOf(data)).filter(({ path: file }) => !file.endsWith('.yaml'))) {
      const about = await ifThere(path, stat(path));
      const text = about?.isFile() === true ? await ifThere(path, readFile(path, 'latin1')) : undefined;
      if (text !== undefined && this.leaksIn(text).length > 0) found.push(path);
    }
    return found;
  }
}

/**
 * How a secret may be written: as it is, encoded for a URL, in JSON, in JSON in JSON, in HTML, in base64 behind any user
 * name, and its parts between the marks that divide a URL.
 */
function spellingsOf(secret: string): readonly string[] {
  const json = inJson(secret);
  const encoded = [encodeURI(secret), encodeURIComponent(secret), percentEncoded(secret)];
  const lower = encoded.map((text) => text.replaceAll(/%[\dA-F]{2}/g, (code) => code.toLowerCase()));
  return [
    ...new Set([
      secret,
      ...encoded,
      ...lower,
      json,
      inJson(json),
      inHtml(secret),
      ...base64Of(secret),
      ...partsOf(secret),
    ]),
  ];
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function inHtml(text: string): string {
  const named = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return named.replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}

function percentEncoded(text: string): string {
  return text.replaceAll(/[^\w]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

/** Base64 writes three bytes as four characters: which ones depends on where in its three the secret begins. */
function base64Of(secret: string): readonly string[] {
  return [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
    const text = whole.subarray(0, whole.length - (whole.length % 3)).toString('base64');
    const own = text.slice(before === 0 ? 0 : before + 1);
    if (own.length < BASE64_MIN) return [];
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

/** Shorter ones are found by chance in what is no text. */
const BASE64_MIN = 8;

function partsOf(secret: string): readonly string[] {
  return secret.split(/[:/?#@&%]+/).filter((part) => part.length > 4);
}

/** Files of a folder and of all folders in it, with their rights. */
export async function filesOf(folder: string): Promise<readonly { readonly path: string; readonly mode: number }[]> {
  const names = await readdir(folder, { recursive: true });
  const files: { path: string; mode: number }[] = [];
  for (const path of [folder, ...names.map((name) => join(folder, name))]) {
    const about = await ifThere(path, stat(path));
    if (about !== undefined) files.push({ path, mode: about.mode & 0o777 });
  }
  return files;
}

/** What is asked of a file; undefined for a picture that got its final name since it was listed. */
async function ifThere<T>(path: string, asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (path.endsWith('.new') && systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

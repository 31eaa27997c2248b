import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { messageOf, systemCode } from '../error.ts';
import { SecretError } from './secret-error.ts';
import { referenceText, type SecretReference } from './secret-reference.ts';
import type { SecretText } from './secret-text.ts';

export interface SecretSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder of the configuration file: a relative `${file:..}` starts there. */
  readonly baseDir: string;
}

/**
 * Reads secrets at the moment they are needed, so that a changed file or credential counts at the next use and no
 * secret is part of the configuration. systemd credentials: systemd.exec(5), CREDENTIALS_DIRECTORY.
 */
export class SecretResolver {
  readonly #sources: SecretSources;

  constructor(sources: SecretSources) {
    this.#sources = sources;
  }

  /** The text with its references replaced. Throws SecretError, which names the reference and never a value. */
  text(secret: SecretText): string {
    return secret.resolve((reference) => this.#read(reference));
  }

  /** A camera's URL with its references replaced; a relative path is made absolute from the configuration's folder. */
  url(secret: SecretText): string {
    const url = this.text(secret);
    return /^\.{1,2}\//.test(url) ? resolve(this.#sources.baseDir, url) : url;
  }

  /** Text of a file that the configuration names, a certificate for instance. Throws SecretError naming the file. */
  file(path: string): string {
    const absolute = resolve(this.#sources.baseDir, path);
    try {
      return readFileSync(absolute, 'utf8');
    } catch (error) {
      throw new SecretError({
        code: 'secret_missing',
        message: systemCode(error) === 'ENOENT' ? `${absolute} does not exist` : `${absolute}: ${messageOf(error)}`,
        advice: `put the file there, readable by the service's user`,
        cause: error,
      });
    }
  }

  /** Why the file cannot be read; empty when it can be. */
  missingFile(path: string): readonly SecretError[] {
    return problemsOf(() => this.file(path));
  }

  /** Which references cannot be read, and why; empty when all can be. */
  missing(secret: SecretText): readonly SecretError[] {
    return secret.references.flatMap((reference) => problemsOf(() => this.#read(reference)));
  }

  #read(reference: SecretReference): string {
    switch (reference.from) {
      case 'env':
        return this.#variable(reference);
      case 'file':
        return readSecretFile(resolve(this.#sources.baseDir, reference.name), reference);
      case 'credential':
        return this.#credential(reference);
    }
  }

  #variable(reference: SecretReference): string {
    const { name } = reference;
    const value = this.#sources.env[name];
    if (value !== undefined && value !== '') return value;
    throw new SecretError({
      code: 'secret_missing',
      message: `${referenceText(reference)}: the environment variable ${name} is not set`,
      advice: `set ${name} for the service (systemd: EnvironmentFile=), or use \${file:/path}`,
    });
  }

  #credential(reference: SecretReference): string {
    const { name } = reference;
    const folder = this.#sources.env['CREDENTIALS_DIRECTORY'];
    if (folder !== undefined && !name.includes('/')) return readSecretFile(join(folder, name), reference);
    throw new SecretError({
      code: 'secret_missing',
      message: `${referenceText(reference)}: systemd passed no credentials`,
      advice: `add LoadCredential=${name}:/path to the unit; outside of systemd use \${file:/path}`,
    });
  }
}

function problemsOf(read: () => string): readonly SecretError[] {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof SecretError) return [error];
    throw error;
  }
}

/** The file's one line; a line end after it is not part of the secret. */
function readSecretFile(path: string, reference: SecretReference): string {
  let text: string;
  try {
    // Editors of Windows put a byte order mark in front; it is part of no secret.
    text = readFileSync(path, 'utf8')
      .replace(/^\uFEFF/, '')
      .replace(/\r?\n$/, '');
  } catch (error) {
    throw new SecretError({
      code: 'secret_missing',
      message: `${referenceText(reference)}: ${systemCode(error) === 'ENOENT' ? `${path} does not exist` : messageOf(error)}`,
      advice: `create ${path} with the secret on one line, readable by the service's user alone (chmod 600)`,
      cause: error,
    });
  }
  if (text !== '' && !text.includes('\n')) return text;
  throw new SecretError({
    code: 'secret_missing',
    message: `${referenceText(reference)}: ${path} ${text === '' ? 'is empty' : 'has more than one line'}`,
    advice: 'write the secret alone into the file, on one line',
  });
}

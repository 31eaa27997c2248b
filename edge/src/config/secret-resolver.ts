import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { messageOf, systemCode } from '@lineside/kit';
import { SecretError } from './errors.ts';
import type { Reference, SecretText } from '../fields/index.ts';

export interface SecretSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder of the configuration file: relative `${file:..}` are read from there. */
  readonly baseDir: string;
}

/**
 * Reads secrets at the moment they are needed, so that a changed file or credential counts at the next use and no
 * secret lies in the configuration. systemd credentials: systemd.exec(5), CREDENTIALS_DIRECTORY.
 */
export class SecretResolver {
  readonly #sources: SecretSources;

  constructor(sources: SecretSources) {
    this.#sources = sources;
  }

  /** The text with its references replaced. Throws SecretError naming the reference, never a value. */
  text(secret: SecretText): string {
    return secret.resolve((reference) => this.#read(reference));
  }

  /** A camera's URL, its references replaced; a relative path made absolute from the configuration file's folder. */
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
        message: systemCode(error) === 'ENOENT' ? `${absolute} is not there` : `${absolute}: ${messageOf(error)}`,
        advice: `put the file there, readable by the service's user`,
        cause: error,
      });
    }
  }

  /** What keeps the file from being read; empty when it can be. */
  missingFile(path: string): readonly SecretError[] {
    try {
      this.file(path);
      return [];
    } catch (error) {
      if (error instanceof SecretError) return [error];
      throw error;
    }
  }

  /** What cannot be read, as errors; empty when all is there. */
  missing(secret: SecretText): readonly SecretError[] {
    return secret.references.flatMap((reference) => {
      try {
        this.#read(reference);
        return [];
      } catch (error) {
        if (error instanceof SecretError) return [error];
        throw error;
      }
    });
  }

  #read(reference: Reference): string {
    switch (reference.from) {
      case 'env':
        return this.#variable(reference.name);
      case 'file':
        return readSecretFile(resolve(this.#sources.baseDir, reference.name), `\${file:${reference.name}}`);
      case 'credential':
        return this.#credential(reference.name);
    }
  }

  #variable(name: string): string {
    const value = this.#sources.env[name];
    if (value !== undefined && value !== '') return value;
    throw new SecretError({
      code: 'secret_missing',
      message: `\${env:${name}}: the environment variable ${name} is not set`,
      advice: `set ${name} for the service (systemd: EnvironmentFile=), or use \${file:/path}`,
    });
  }

  #credential(name: string): string {
    const folder = this.#sources.env['CREDENTIALS_DIRECTORY'];
    if (folder !== undefined && !name.includes('/')) {
      return readSecretFile(join(folder, name), `\${credential:${name}}`);
    }
    throw new SecretError({
      code: 'secret_missing',
      message: `\${credential:${name}}: no credentials were passed by systemd`,
      advice: `add LoadCredential=${name}:/path to the unit; outside of systemd use \${file:/path}`,
    });
  }
}

function readSecretFile(path: string, reference: string): string {
  try {
    const text = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
    if (text !== '' && !text.includes('\n')) return text;
    throw new SecretError({
      code: 'secret_missing',
      message: `${reference}: ${path} ${text === '' ? 'is empty' : 'holds more than one line'}`,
      advice: 'write the secret alone into the file, on one line',
    });
  } catch (error) {
    if (error instanceof SecretError) throw error;
    throw new SecretError({
      code: 'secret_missing',
      message: `${reference}: ${systemCode(error) === 'ENOENT' ? `${path} is not there` : messageOf(error)}`,
      advice: `create ${path} with the secret on one line, readable by the service's user alone (chmod 600)`,
      cause: error,
    });
  }
}

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isMap, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { messageOf, UsageError } from '../errors.ts';
import { CollectorConfigFile } from './schema.ts';

/** What the collector runs with: the file checked, the data folder settled, the secrets read. */
export interface CollectorConfig extends Omit<CollectorConfigFile, 'data'> {
  readonly data: string;
  readonly httpToken: string | undefined;
  readonly brokerPassword: string | undefined;
}

export interface ConfigSources {
  /** Path of a YAML file; none means defaults. */
  readonly file?: string | undefined;
  /** Data folder that wins over the file's. */
  readonly data?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const DEFAULT_DATA = '/var/lib/lineside-collector';

/** Reads, checks and completes the configuration. Throws UsageError that names every mistake at once. */
export function loadConfig(sources: ConfigSources): CollectorConfig {
  const { data: named, ...file } = parseConfig(
    sources.file === undefined ? '' : readConfig(sources.file),
    sources.file ?? 'defaults',
  );
  const data = resolve(sources.data ?? named ?? sources.env['STATE_DIRECTORY'] ?? DEFAULT_DATA);
  const { http, mqtt } = file;
  const httpToken = http.token === undefined ? undefined : readSecret(http.token, sources.env);
  const brokerPassword = mqtt.password === undefined ? undefined : readSecret(mqtt.password, sources.env);
  if (!isLoopback(http.listen.host) && httpToken === undefined) {
    throw new UsageError({
      code: 'http_token_missing',
      message: `http.listen is ${http.listen.host}, which others can reach, and http.token is not set`,
      advice: 'set http.token to ${env:NAME} or ${file:/path}, or listen on 127.0.0.1',
    });
  }
  if (httpToken !== undefined && httpToken.length < 16) {
    throw new UsageError({
      code: 'http_token_short',
      message: 'http.token is shorter than 16 characters',
      advice: 'make one with: openssl rand -base64 24',
    });
  }
  return { ...file, data, httpToken, brokerPassword };
}

/** True where only this machine can connect. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function readConfig(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new UsageError({
      code: 'config_unreadable',
      message: `cannot read ${path}: ${messageOf(cause)}`,
      advice: 'check the path given to --config',
      cause,
    });
  }
}

/** Checks `text`; `name` stands for the file in messages. */
export function parseConfig(text: string, name: string): CollectorConfigFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const mistakes = document.errors.map((error) => `${name}:${lines.linePos(error.pos[0]).line}: ${error.message}`);
  if (mistakes.length === 0) {
    const parsed = CollectorConfigFile.safeParse(document.toJS() ?? {});
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) mistakes.push(explain(issue, document, lines, name));
  }
  throw new UsageError({
    code: 'config_invalid',
    message: `${mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`} in ${name}\n  ${mistakes.join('\n  ')}`,
    advice: 'correct the lines above; `lineside-collector run --help` lists the keys',
  });
}

function explain(issue: z.core.$ZodIssue, document: Document, lines: LineCounter, name: string): string {
  const path = issue.path.map(String);
  const line = lineOf(path, document, lines);
  const inner = issue.code === 'invalid_union' ? issue.errors.flat().at(-1)?.message : undefined;
  const what = inner ?? issue.message;
  return `${name}${line === undefined ? '' : `:${line}`}: ${path.join('.') || 'file'}: ${what}`;
}

function lineOf(path: readonly string[], document: Document, lines: LineCounter): number | undefined {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const parent = depth === 1 ? document.contents : document.getIn(path.slice(0, depth - 1), true);
    if (!isMap(parent)) continue;
    const pair = parent.items.find((item) => String(item.key) === path[depth - 1]);
    const key: unknown = pair?.key;
    if (typeof key === 'object' && key !== null && 'range' in key && Array.isArray(key.range)) {
      return lines.linePos(Number(key.range[0])).line;
    }
  }
  return undefined;
}

/** Value behind a reference; a file's trailing line end does not belong to it. */
function readSecret(reference: string, env: ConfigSources['env']): string {
  const [, kind = '', name = ''] = /^\$\{(env|file|credential):(.+)\}$/.exec(reference) ?? [];
  const path = kind === 'credential' ? join(env['CREDENTIALS_DIRECTORY'] ?? '/nowhere', name) : name;
  let value: string | undefined;
  let cause: unknown;
  try {
    value = kind === 'env' ? env[name] : readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    cause = error;
  }
  if (value !== undefined && value !== '') return value;
  throw new UsageError({
    code: 'secret_missing',
    message: `secret ${reference} is ${cause === undefined ? 'empty' : 'not readable'}`,
    advice: kind === 'env' ? `set the environment variable ${name}` : secretAdvice(kind, path),
    cause,
  });
}

function secretAdvice(kind: string, path: string): string {
  return kind === 'file'
    ? `put the secret into ${path}, readable by this user`
    : 'pass it with LoadCredential= of the systemd unit';
}

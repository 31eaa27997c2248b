import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isMap, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { messageOf } from '@lineside/kit';
import { UsageError } from '../errors.ts';
import type { PostgresAddress } from '../store/index.ts';
import { CollectorConfigFile } from './schema.ts';

/** What the collector runs with: the file checked, the data folder settled, the secrets read. */
export interface CollectorConfig extends Omit<CollectorConfigFile, 'data' | 'store' | 'cluster'> {
  readonly data: string;
  readonly store: 'sqlite' | PostgresAddress;
  /** True where other collectors may take batches from the same broker into the same database. */
  readonly cluster: boolean;
  readonly s3SecretKey: string | undefined;
  readonly httpToken: string | undefined;
  readonly brokerPassword: string | undefined;
  /** PEM texts for an external broker. */
  readonly brokerTls: { readonly ca?: string; readonly cert?: string; readonly key?: string };
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
  const { data: named, ...file }: CollectorConfigFile = parseConfig(
    sources.file === undefined ? '' : readConfig(sources.file),
    sources.file ?? 'defaults',
  );
  const data = resolve(sources.data ?? named ?? sources.env['STATE_DIRECTORY'] ?? DEFAULT_DATA);
  const { http, mqtt } = file;
  const httpToken = http.token === undefined ? undefined : readSecret(http.token, sources.env);
  const brokerPassword = mqtt.password === undefined ? undefined : readSecret(mqtt.password, sources.env);
  assertListensSafely(file);
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
  const store = file.store === 'sqlite' ? file.store : readStoreAddress(file.store, sources.env);
  const cluster = file.cluster ?? store !== 'sqlite';
  if (cluster && store === 'sqlite') {
    throw new UsageError({
      code: 'cluster_needs_postgres',
      message: 'cluster is true, and store is a file that no other collector can use',
      advice: 'set store to postgres://..., or leave cluster out',
    });
  }
  if (file.media.store === 's3' && file.media.s3 === undefined) {
    throw new UsageError({
      code: 'media_s3_missing',
      message: 'media.store is s3, and media.s3 does not say where that is',
      advice: 'set media.s3: {endpoint, bucket, accessKey, secretKey}',
    });
  }
  const s3SecretKey = file.media.s3 && readSecret(file.media.s3.secretKey, sources.env);
  return { ...file, data, httpToken, brokerPassword, brokerTls: brokerTls(file), store, cluster, s3SecretKey };
}

function brokerTls({ mqtt: { ca, cert, key } }: CollectorConfigFile): CollectorConfig['brokerTls'] {
  return {
    ...(ca !== undefined && { ca: readText(ca) }),
    ...(cert !== undefined && { cert: readText(cert) }),
    ...(key !== undefined && { key: readText(key) }),
  };
}

/** What devices say must not cross a network in the clear unless somebody said so. */
function assertListensSafely({ broker, mqtt }: CollectorConfigFile): void {
  if (broker !== 'managed') return;
  if (mqtt.tls === undefined && !mqtt.plaintext && !isLoopback(mqtt.listen.host)) {
    throw new UsageError({
      code: 'mqtt_tls_missing',
      message: `mqtt.listen is ${mqtt.listen.host}, which others can reach, and mqtt.tls is not set`,
      advice: 'set mqtt.tls to self or to {cert, key}; in a network that you trust set mqtt.plaintext: true',
    });
  }
  const signs = mqtt.tls === 'self' || mqtt.tls?.ca !== undefined;
  if (mqtt.identity === 'certificate' && !signs) {
    throw new UsageError({
      code: 'mqtt_ca_missing',
      message: 'mqtt.identity is certificate, and nothing says who signs the certificates of devices',
      advice: 'set mqtt.tls to self, or to {cert, key, ca}',
    });
  }
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

/** `text` has the form that the schema asks for. Throws UsageError where its password cannot be read or a part is wrong. */
function readStoreAddress(text: string, env: ConfigSources['env']): PostgresAddress {
  const reference = /\$\{[^}]+\}/.exec(text)?.[0];
  const wrong = (what: string, cause?: unknown): UsageError =>
    new UsageError({
      code: 'store_invalid',
      message: `store: ${what}`,
      advice: 'write postgres://user:${file:/path}@host:5432/database, with ?host=/run/postgresql for a socket',
      cause,
    });
  let url: URL;
  try {
    url = new URL(reference === undefined ? text : text.replace(reference, 'x'));
  } catch (cause) {
    throw wrong('this is not a URL', cause);
  }
  const unknown = [...url.searchParams.keys()].find((name) => !STORE_OPTIONS.includes(name));
  if (unknown !== undefined) throw wrong(`unknown option ${unknown}; there are ${STORE_OPTIONS.join(', ')}`);
  const database = decodeURIComponent(url.pathname.slice(1));
  if (database === '') throw wrong('the database is not named');
  const host = url.searchParams.get('host') ?? url.hostname.replace(/^\[|\]$/g, '');
  const near = host.startsWith('/') || isLoopback(host);
  const mode = url.searchParams.get('sslmode') ?? (near ? 'disable' : 'verify-full');
  if (mode !== 'disable' && mode !== 'verify-full') throw wrong(`sslmode is verify-full or disable, not ${mode}`);
  const ca = url.searchParams.get('sslrootcert');
  const connections = Number(url.searchParams.get('connections') ?? 8);
  if (!Number.isInteger(connections) || connections < 2 || connections > 100) throw wrong('connections are 2 to 100');
  return {
    ...{ host, port: Number(url.port === '' ? 5432 : url.port), database, user: decodeURIComponent(url.username) },
    password: reference === undefined ? undefined : readSecret(reference, env),
    tls: mode === 'disable' ? false : { ca: ca === null ? undefined : readText(ca) },
    connections,
  };
}

const STORE_OPTIONS: readonly string[] = ['host', 'sslmode', 'sslrootcert', 'connections'];

/** Text of a file that the configuration names. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new UsageError({
      code: 'file_unreadable',
      message: `cannot read ${path}: ${messageOf(cause)}`,
      advice: 'correct the path, or let this user read the file',
      cause,
    });
  }
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

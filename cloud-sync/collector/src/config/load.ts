import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { z } from 'zod';
import { messageOf, SecretResolver, SecretText, YamlSource } from '@lineside/kit';
import { UsageError } from '../errors/index.ts';
import type { PostgresAddress } from './postgres-address.ts';
import { CollectorConfigFile } from './schema.ts';

/** What the collector runs with: the checked file, the data folder, the resolver of secrets. */
export interface CollectorConfig extends Omit<CollectorConfigFile, 'data' | 'store' | 'cluster' | 'releases' | 'mes'> {
  readonly data: string;
  /** Folder of the repository of releases; it need not exist. */
  readonly releases: string;
  readonly store: 'sqlite' | PostgresAddress;
  /** True where other collectors may take batches from the same broker into the same database. */
  readonly cluster: boolean;
  readonly mes: MesConfig;
  /** Reads the secrets of `media.s3`, `http` and `mqtt` at the moment they are needed; all were readable at the start. */
  readonly secrets: SecretResolver;
  /** PEM texts for an external broker. */
  readonly brokerTls: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

type MesFile = CollectorConfigFile['mes'];
type WithAddress<T> = T extends undefined ? undefined : Omit<T, 'database'> & { readonly database: PostgresAddress };

/** What is exchanged with databases of the plant, with their addresses. */
export interface MesConfig extends Pick<MesFile, 'lines'> {
  readonly plan: WithAddress<MesFile['plan']>;
  readonly actuals: WithAddress<MesFile['actuals']>;
}

export interface ConfigSources {
  /** Path of a YAML file; none means defaults. */
  readonly file?: string | undefined;
  /** Data folder that wins over the file's. */
  readonly data?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const LEAST_TOKEN = 16;
const DEFAULT_DATA = '/var/lib/lineside-collector';

/** Reads, checks and completes the configuration. Throws UsageError that names every mistake at once. */
export function loadConfig(sources: ConfigSources): CollectorConfig {
  const { data: named, ...file }: CollectorConfigFile = parseConfig(
    sources.file === undefined ? '' : readConfig(sources.file),
    sources.file ?? 'defaults',
  );
  const data = resolve(sources.data ?? named ?? sources.env['STATE_DIRECTORY'] ?? DEFAULT_DATA);
  const { http, mqtt } = file;
  const secrets = new SecretResolver({ env: sources.env, baseDir: '.' });
  assertReadable(secrets, [
    http.token,
    mqtt.password,
    file.media.s3?.secretKey,
    ...file.people.map(({ token }) => token),
  ]);
  assertPeople(file, secrets);
  assertListensSafely(file);
  assertCanEnrol(file);
  if (!isLoopback(http.listen.host) && http.token === undefined) {
    throw new UsageError({
      code: 'http_token_missing',
      message: `http.listen is ${http.listen.host}, which others can reach, and http.token is not set`,
      advice: 'set http.token to ${env:NAME} or ${file:/path}, or listen on 127.0.0.1',
    });
  }
  if (http.token !== undefined && secrets.text(http.token).length < 16) {
    throw new UsageError({
      code: 'http_token_short',
      message: 'http.token is shorter than 16 characters',
      advice: 'make one with: openssl rand -base64 24',
    });
  }
  const store = file.store === 'sqlite' ? file.store : readPostgres(file.store, secrets, 'store');
  const mes = readMes(file.mes, secrets);
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
      message: 'media.store is s3, and media.s3 is not set',
      advice: 'set media.s3: {endpoint, bucket, accessKey, secretKey}',
    });
  }
  const releases = resolve(file.releases ?? join(data, 'releases'));
  return { ...file, data, releases, secrets, brokerTls: brokerTls(file), store, cluster, mes };
}

/** The accounts of the configuration with their tokens; all could be read at the start. */
export function openPeople({
  people,
  secrets,
}: Pick<CollectorConfig, 'people' | 'secrets'>): readonly { readonly name: string; readonly token: string }[] {
  return people.map(({ name, token }) => ({ name, token: secrets.text(token) }));
}

/** Throws UsageError for the first secret that cannot be read. */
function assertReadable(secrets: SecretResolver, texts: readonly (SecretText | undefined)[]): void {
  const [missing] = texts.flatMap((text) => (text === undefined ? [] : secrets.missing(text)));
  if (missing === undefined) return;
  const { message, advice } = missing;
  throw new UsageError({ code: 'secret_missing', message: `secret ${message}`, advice, cause: missing });
}

/** Accounts differ by name and by token, and whoever must be approved by another person needs that person. */
function assertPeople({ people, rollouts }: CollectorConfigFile, secrets: SecretResolver): void {
  const wrong = (message: string, advice: string): UsageError =>
    new UsageError({ code: 'people_invalid', message, advice });
  const names = new Set(people.map(({ name }) => name.toLowerCase()));
  if (names.size < people.length)
    throw wrong('people: two accounts have the same name', 'give each person one account');
  const tokens = people.map(({ token }) => secrets.text(token));
  const short = people.find((_, n) => (tokens[n]?.length ?? 0) < LEAST_TOKEN);
  if (short !== undefined) {
    throw wrong(
      `people: the token of ${short.name} is shorter than 16 characters`,
      'make one with: openssl rand -base64 24',
    );
  }
  if (new Set(tokens).size < tokens.length) {
    throw wrong('people: two accounts have the same token', 'make one for each person: openssl rand -base64 24');
  }
  if (rollouts.approval !== 'none' && people.length < 2) {
    throw wrong(
      `rollouts.approval is ${rollouts.approval}, and there are no two persons of whom one could approve`,
      'name them: people: [{name: anna, token: "${file:/path}"}, ...]',
    );
  }
}

function brokerTls({ mqtt: { ca, cert, key } }: CollectorConfigFile): CollectorConfig['brokerTls'] {
  return {
    ...(ca !== undefined && { ca: readText(ca) }),
    ...(cert !== undefined && { cert: readText(cert) }),
    ...(key !== undefined && { key: readText(key) }),
  };
}

/** Records of devices must not cross a network unencrypted unless the configuration allows it. */
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
      message: 'mqtt.identity is certificate, and no authority for the certificates of devices is set',
      advice: 'set mqtt.tls to self, or to {cert, key, ca}',
    });
  }
}

/** A broker of the site's own has its own list of users, which this collector cannot change. */
function assertCanEnrol({ broker, enrolment }: CollectorConfigFile): void {
  if (enrolment.listen === undefined || broker === 'managed') return;
  throw new UsageError({
    code: 'enrolment_needs_managed',
    message: 'enrolment.listen is set, and the broker is not managed by this collector',
    advice: 'leave enrolment out and use lineside-collector device add, with the same user at your broker',
  });
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
  const source = new YamlSource(text);
  const mistakes = source.problems.map(({ line, message }) => `${name}:${line}: ${message}`);
  if (mistakes.length === 0) {
    const parsed = CollectorConfigFile.safeParse(source.value() ?? {});
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) mistakes.push(explain(issue, source, name));
  }
  throw new UsageError({
    code: 'config_invalid',
    message: `${mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`} in ${name}\n  ${mistakes.join('\n  ')}`,
    advice: 'correct the lines above; `lineside-collector run --help` lists the keys',
  });
}

function explain(issue: z.core.$ZodIssue, source: YamlSource, name: string): string {
  const inner = issue.code === 'invalid_union' ? issue.errors.flat().at(-1)?.message : undefined;
  const { line } = source.positionOf(issue.path);
  return `${name}:${line}: ${issue.path.map(String).join('.') || 'file'}: ${inner ?? issue.message}`;
}

function readMes({ lines, plan, actuals }: MesFile, secrets: SecretResolver): MesConfig {
  return {
    lines,
    plan: plan && { ...plan, database: readPostgres(plan.database, secrets, 'mes.plan.database') },
    actuals: actuals && { ...actuals, database: readPostgres(actuals.database, secrets, 'mes.actuals.database') },
  };
}

/** `text` has the form that the schema asks for. Throws UsageError where its password cannot be read or a part is wrong. */
function readPostgres(text: string, secrets: SecretResolver, key: string): PostgresAddress {
  const reference = /\$\{[^}]+\}/.exec(text)?.[0];
  const wrong = (what: string, cause?: unknown): UsageError =>
    new UsageError({
      code: key === 'store' ? 'store_invalid' : 'mes_database_invalid',
      message: `${key}: ${what}`,
      advice: 'write postgres://user:${file:/path}@host:5432/database, with ?host=/run/postgresql for a socket',
      cause,
    });
  let url: URL;
  try {
    url = new URL(reference === undefined ? text : text.replace(reference, 'x'));
  } catch (cause) {
    throw wrong('this is not a URL', cause);
  }
  const unknown = [...url.searchParams.keys()].find((name) => !OPTIONS.includes(name));
  if (unknown !== undefined) throw wrong(`unknown option ${unknown}; there are ${OPTIONS.join(', ')}`);
  const database = decodeURIComponent(url.pathname.slice(1));
  if (database === '') throw wrong('the database is not named');
  const host = url.searchParams.get('host') ?? url.hostname.replace(/^\[|\]$/g, '');
  const near = host.startsWith('/') || isLoopback(host);
  const mode = url.searchParams.get('sslmode') ?? (near ? 'disable' : 'verify-full');
  if (mode !== 'disable' && mode !== 'verify-full') throw wrong(`sslmode is verify-full or disable, not ${mode}`);
  const ca = url.searchParams.get('sslrootcert');
  const connections = Number(url.searchParams.get('connections') ?? 8);
  if (!Number.isInteger(connections) || connections < 2 || connections > 100) throw wrong('connections are 2 to 100');
  const password = reference === undefined ? undefined : new SecretText(reference, 'text');
  assertReadable(secrets, [password]);
  return {
    ...{ host, port: Number(url.port === '' ? 5432 : url.port), database, user: decodeURIComponent(url.username) },
    password: password && (() => secrets.text(password)),
    tls: mode === 'disable' ? false : { ca: ca === null ? undefined : readText(ca) },
    connections,
  };
}

const OPTIONS: readonly string[] = ['host', 'sslmode', 'sslrootcert', 'connections'];

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

import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { secretsOfUrl, urlLogin } from '@lineside/kit';
import { type LoadedConfig, secretPlaces } from '../config/index.ts';

const SECRET_NAME = /pass|pwd|secret|token|key|credential|auth/i;
const MOST_BYTES = 64 * 1024;

export interface SecretSearch {
  readonly loaded: LoadedConfig | undefined;
  /** The configuration as it is written, also where it is broken; and the folder that its relative paths start from. */
  readonly written: { readonly text: string; readonly baseDir: string };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folders whose files are secrets: /etc/lineside/secrets. */
  readonly folders: readonly string[];
}

/** Every secret that can be found out on this machine, to be hidden wherever it stands. Reads; prints none of it. */
export async function knownSecrets({ loaded, written, env, folders }: SecretSearch): Promise<readonly string[]> {
  const named = Object.entries(env).flatMap(([name, value = '']) => (SECRET_NAME.test(name) ? [value] : []));
  const urls = Object.values(env).flatMap((value = '') => hiddenOf(value));
  const credentials = env['CREDENTIALS_DIRECTORY'];
  const ofText = await writtenSecrets(written.text, written.baseDir, env);
  const all = [...folders, ...(credentials === undefined ? [] : [credentials])];
  const files = (await Promise.all(all.map(filesOf))).flat();
  const ofConfig = loaded === undefined ? [] : await configSecrets(loaded);
  const texts = [...named, ...urls, ...ofText, ...ofConfig, ...(await Promise.all(files.map(linesOf))).flat()];
  return [...new Set(texts.map((text) => text.trim()))].filter((text) => text.length >= 3);
}

const REFERENCE = /\$\{(file|env):([^{}]+)\}/g;
const WRITTEN_URL = /[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/gi;
const WRITTEN_VALUE = /^[\s-]*([\w-]+)\s*:\s*["']?([^"'#\n]+)/gm;

/** What may be secret in a text that nobody could parse: parts of its URLs, what its references name, values of such keys. */
async function writtenSecrets(text: string, baseDir: string, env: SecretSearch['env']): Promise<readonly string[]> {
  const references = [...text.matchAll(REFERENCE)];
  const files = references.flatMap(([, from, name = '']) => (from === 'file' ? [resolve(baseDir, name)] : []));
  const variables = references.flatMap(([, from, name = '']) => (from === 'env' ? [env[name] ?? ''] : []));
  const urls = text.match(WRITTEN_URL) ?? [];
  const values = [...text.matchAll(WRITTEN_VALUE)].flatMap(([, key = '', value = '']) =>
    SECRET_NAME.test(key) && !value.includes('${') && !value.includes('/') ? [value] : [],
  );
  const literal = urls.flatMap((url) => hiddenOf(url)).filter((part) => !part.includes('${'));
  return [...literal, ...variables, ...values, ...(await Promise.all(files.map(linesOf))).flat()];
}

async function configSecrets({ config, secrets, baseDir }: LoadedConfig): Promise<readonly string[]> {
  const places = secretPlaces(config).filter(
    ({ subject, secret }) => subject !== 'uplink username' && secrets.missing(secret).length === 0,
  );
  const written = places.flatMap(({ secret }) => {
    const text = secrets.text(secret);
    return secret.kind === 'url' ? hiddenOf(text) : [text];
  });
  const values = places.flatMap(({ secret }) => {
    const found: string[] = [];
    for (const { from, name } of secret.references) if (from === 'file') found.push(resolve(baseDir, name));
    return found;
  });
  const keys = config.uplink?.key === undefined ? [] : [resolve(baseDir, config.uplink.key)];
  return [...written, ...(await Promise.all([...values, ...keys].map(linesOf))).flat()];
}

/** What is secret in a URL. A user name is none: it may be an ordinary word, and is hidden in URLs by its place. */
function hiddenOf(url: string): readonly string[] {
  const { username } = urlLogin(url);
  return secretsOfUrl(url).filter((part) => part !== username);
}

async function filesOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** The lines of a file, each of which may turn up by itself, as may what is secret in a URL; none of a certificate's, which is public. */
async function linesOf(path: string): Promise<readonly string[]> {
  const size = await stat(path).then(
    (file) => file.size,
    () => 0,
  );
  if (size === 0 || size > MOST_BYTES) return [];
  const text = await readFile(path, 'utf8').catch(() => '');
  if (text.includes('BEGIN CERTIFICATE')) return [];
  const lines = text.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('-----'));
  return lines.flatMap((line) => [line, ...hiddenOf(line)]);
}

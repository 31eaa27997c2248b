import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { messageOf, SecretResolver, systemCode, YamlSource } from '@lineside/kit';
import { completeConfig, type Config } from './config.ts';
import { crossCheck } from './cross-checks.ts';
import { configJsonSchema } from './describe.ts';
import { ConfigError, type Problem } from './errors.ts';
import { type Finding, findingsOf } from './issues.ts';
import { ConfigSchema } from './schema.ts';
import { misplacedReferences, warningsOf } from './warnings.ts';

export interface ConfigSources {
  /** Ids of the models that ship; a camera may name them without an entry. */
  readonly catalog: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface LoadedConfig {
  readonly config: Config;
  readonly secrets: SecretResolver;
  /** SHA-256 of the file's bytes, 64 hex digits. */
  readonly sourceHash: string;
  readonly warnings: readonly Problem[];
  /** Absolute path of the file, and the folder that relative paths in it start from. */
  readonly path: string;
  readonly baseDir: string;
  readonly text: string;
}

/** Reads and checks the file at `path`. Throws ConfigError with every problem there is. Resolves no secret. */
export async function loadConfig(path: string, sources: ConfigSources): Promise<LoadedConfig> {
  const absolute = resolve(path);
  return checkConfig(await readConfigFile(absolute), { ...sources, path: absolute });
}

/** Bytes of a file larger than this are no configuration. */
const MAX_BYTES = 1024 * 1024;

async function readConfigFile(path: string): Promise<string> {
  const refuse = (message: string, advice: string): ConfigError =>
    new ConfigError([{ code: 'config_unreadable', file: path, line: 0, column: 0, path: '', message, advice }]);
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      throw refuse('there is no such file', 'name it with --config FILE, or start from docs/lineside.example.yaml');
    }
    throw refuse(`cannot be read: ${messageOf(error)}`, 'let the user of the service read it');
  }
  if (bytes.length > MAX_BYTES) throw refuse('is larger than 1 MB', 'is this the right file?');
  return bytes.toString('utf8');
}

/** Checks a text as if it stood at `path`; relative paths in it start from `baseDir`, by default its folder. */
export function checkConfig(text: string, source: ConfigSources & { path: string; baseDir?: string }): LoadedConfig {
  const document = new YamlSource(text);
  const syntax = document.problems.map(({ line, column, message }) => ({
    ...{ code: 'yaml_invalid', file: source.path, line, column, path: '', message },
    advice: 'check indentation (spaces, no tabs), colons and quotes in this line and the one before',
  }));
  if (syntax.length > 0) throw new ConfigError(syntax);
  const place = (finding: Finding): Problem => placed(finding, source.path, document);
  const value = document.value() ?? {};
  const parsed = ConfigSchema.safeParse(value, { reportInput: true });
  const findings = [
    ...(parsed.success ? [] : findingsOf(parsed.error.issues, configJsonSchema())),
    ...crossCheck(value, source.catalog),
    ...misplacedReferences(value),
  ];
  if (!parsed.success || findings.length > 0) throw new ConfigError(findings.map(place).sort(byPlace));
  const config = completeConfig(parsed.data);
  const baseDir = source.baseDir ?? dirname(source.path);
  return {
    config,
    secrets: new SecretResolver({ env: source.env, baseDir }),
    sourceHash: createHash('sha256').update(text).digest('hex'),
    warnings: warningsOf(config).map(place).sort(byPlace),
    path: source.path,
    baseDir,
    text,
  };
}

/** Findings of others about a configuration that was loaded, each with its place in the file. */
export function problemsOf(loaded: LoadedConfig, findings: readonly Finding[]): readonly Problem[] {
  const document = new YamlSource(loaded.text);
  return findings.map((finding) => placed(finding, loaded.path, document)).sort(byPlace);
}

function placed(finding: Finding, file: string, document: YamlSource): Problem {
  const { code, path, message, advice } = finding;
  return { code, file, ...document.positionOf(path), path: pathText(path), message, advice };
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? String(step) : `${text}.${String(step)}`;
  }, '');
}

function byPlace(a: Problem, b: Problem): number {
  return a.line - b.line || a.column - b.column;
}

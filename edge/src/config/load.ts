import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { messageOf, SecretResolver, YamlSource } from '@lineside/kit';
import { completeConfig, type Config } from './config.ts';
import { crossCheck } from './checks/index.ts';
import { configJsonSchema } from './describe.ts';
import { ConfigError, type Problem } from './errors.ts';
import { type Finding, findingsOf } from './issues.ts';
import { readConfigFile } from './read-file.ts';
import { ConfigSchema } from './schema.ts';
import { misplacedReferences, warningsOf } from './warnings.ts';

export interface ConfigSources {
  /** Ids of the models that ship; a camera may name them without an entry. */
  readonly catalog: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Throws ConfigError where something beside the file speaks against it; asked for files, not for what is kept. */
  readonly judge?: (loaded: LoadedConfig) => Promise<void>;
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

/** A file that is no configuration may have thousands: nobody reads more of them than this. */
const MAX_PROBLEMS = 100;

/** Reads and checks the file at `path`. Throws ConfigError with every problem there is. Resolves no secret. */
export async function loadConfig(path: string, sources: ConfigSources): Promise<LoadedConfig> {
  const absolute = resolve(path);
  const loaded = checkConfig(await readConfigFile(absolute), { ...sources, path: absolute });
  await sources.judge?.(loaded);
  return loaded;
}

/**
 * Checks a text as if it stood at `path`; relative paths in it start from `baseDir`, by default its folder. Throws
 * ConfigError and nothing else, whatever the text is: a running line must not end for it.
 */
export function checkConfig(text: string, source: ConfigSources & { path: string; baseDir?: string }): LoadedConfig {
  try {
    return checkText(text, source);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const place = { file: source.path, line: 0, column: 0, path: '' };
    const message = `cannot be checked: ${messageOf(error)}`;
    throw new ConfigError([
      { code: 'config_unchecked', ...place, message, advice: 'please report this with the file' },
    ]);
  }
}

function checkText(text: string, source: ConfigSources & { path: string; baseDir?: string }): LoadedConfig {
  const document = new YamlSource(text);
  const syntax = document.problems.map((problem) => ({
    code: 'yaml_invalid',
    file: source.path,
    path: '',
    ...problem,
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
  if (!parsed.success || findings.length > 0) {
    throw new ConfigError(findings.slice(0, MAX_PROBLEMS).map(place).sort(byPlace));
  }
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

import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { UsageError } from '../../errors/index.ts';
import type { ReleaseFolder } from '../../release/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';

/** Hours of its own time; a large set on a slow machine takes long. */
const TIMEOUT_MS = 12 * 3_600_000;
const KEEP_CHARACTERS = 4 * 1024 * 1024;

/** `lineside-collector release compare` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<a>', 'the model in use: a published release, or the folder of a bundle')
    .argument('<b>', 'the model that may take its place')
    .option('--releases <dir>', 'folder of the repository (default: `releases` of the configuration)')
    .option('--map <pairs>', 'labels of the set and the labels of the model that they mean: SET=MODEL,...')
    .option('--lineside <command>', 'the program that runs the models', 'lineside')
    .description(
      'Runs two models on a labelled set, such as "review export" writes, and shows each figure of both, before anything is published. --data names the labelled set here, not the data folder. The models are run by "lineside model compare", which must be installed on this machine: the collector itself has no inference. --json: one line, {verdict, figures, ...}. Ends with 1 where the second model is worse or an image has no result.',
    )
    .addHelpText(
      'after',
      examples(
        'lineside-collector release compare models/acme/ppe-2.0.0.json ./ppe-2.1.0 --data ./reviewed --releases ./collector/releases',
        'lineside-collector release compare ./ppe-2.0.0 ./ppe-2.1.0 --data ./reviewed --map missing_headwear=head',
      ),
    )
    .action(action(registry, compare));
}

interface CompareOptions {
  /** The option of every verb, which here names the labelled set. */
  readonly data?: string;
  readonly config?: string;
  readonly releases?: string;
  readonly map?: string;
  readonly lineside: string;
}

async function compare(
  context: Context,
  options: CompareOptions,
  [a = '', b = '']: readonly string[],
): Promise<ExitCode> {
  const { ProgramError, runProgram, systemCode } = await import('@lineside/kit');
  const { data } = options;
  if (data === undefined) throw unusable('no labelled set is named', 'name its folder with --data DIR');
  const scratch = await mkdtemp(join(tmpdir(), 'lineside-compare-'));
  try {
    const models: string[] = [];
    for (const [at, ref] of [a, b].entries())
      models.push(await bundleOf(context, options, ref, join(scratch, String(at))));
    const map = options.map === undefined ? [] : ['--map', options.map];
    const json = context.json ? ['--json'] : [];
    const args = ['model', 'compare', ...models, '--data', resolve(data), '--imported', scratch, ...map, ...json];
    const how = { timeoutMs: TIMEOUT_MS, keepCharacters: KEEP_CHARACTERS };
    const [program = '', ...first] = options.lineside.split(' ');
    const { stdout } = await runProgram(program, [...first, ...args], how);
    context.io.out(stdout.trimEnd());
    return EXIT.ok;
  } catch (error) {
    if (error instanceof ProgramError && error.exit.code === EXIT.problems && error.output.stdout !== '') {
      context.io.err(error.output.stderr.trimEnd());
      context.io.out(error.output.stdout.trimEnd());
      return EXIT.problems;
    }
    if (error instanceof ProgramError) throw unusable(error.message, 'run the same with lineside model compare');
    if (systemCode(error) === 'ENOENT') {
      throw unusable(
        `${options.lineside} is not installed here`,
        'name the program: --lineside /opt/lineside/bin/lineside',
      );
    }
    throw error;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The folder of a bundle: `ref` itself, or the files of a release put together. */
async function bundleOf(context: Context, options: CompareOptions, ref: string, scratch: string): Promise<string> {
  if (existsSync(join(ref, 'manifest.json'))) return resolve(ref);
  const { assembleBundle } = await import('../../release/index.ts');
  const to = join(scratch, basename(ref, '.json'));
  await assembleBundle(await repository(context, options), ref, to);
  return to;
}

async function repository(context: Context, { config, releases }: CompareOptions): Promise<ReleaseFolder> {
  const { ReleaseFolder: Folder } = await import('../../release/index.ts');
  const { loadConfig } = await import('../../config/index.ts');
  const path = releases ?? loadConfig({ file: config, data: undefined, env: context.io.env }).releases;
  return new Folder(resolve(path));
}

function unusable(message: string, advice: string): UsageError {
  return new UsageError({ code: 'compare_impossible', message, advice });
}

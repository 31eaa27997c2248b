import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import type { LoadedConfig } from '../../config/index.ts';
import type { CheckResult } from '../../diagnostics/index.ts';
import type { BundleEntry } from '../../support/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { countOf, findingText, summaryText, withoutSecrets } from '../text/doctor-text.ts';
import { readVersion } from '../version.ts';
import { examination } from './doctor.ts';

interface BundleOptions {
  readonly output?: string;
  readonly stills?: boolean;
  readonly log?: string;
  readonly list?: boolean;
}

const SECRET_FOLDERS = ['/etc/lineside/secrets'];

/** `lineside support-bundle` */
export function configure(command: Command, registry: Registry): void {
  command
    .option('-o, --output <file>', 'where it is written (default: lineside-support-TIME.tar.gz in this folder)')
    .option('--stills', 'also a picture of each camera; people are in it as far as privacy does not cover them')
    .option('--log <file>', "a log file instead of the unit's journal")
    .option('--list', 'only list what would be in it')
    .addHelpText(
      'after',
      examples(
        'lineside support-bundle',
        'lineside support-bundle --list',
        'lineside support-bundle --stills -o ./case-17.tar.gz',
      ) +
        '\n\nOne archive for whoever helps: configuration without secrets, report of the doctor, log, figures of the last day,' +
        '\nfigures of the journal, last lines of FFmpeg. Everything is listed before it is written. Known secrets are hidden' +
        '\nwherever they stand, and what looks like one; where a known one were left, nothing is written. No events and no' +
        '\npictures unless you ask for them. Read it before you send it.',
    )
    .action(action<BundleOptions>(registry, bundle));
}

async function bundle(context: Context, options: BundleOptions): Promise<ExitCode> {
  const { io } = context;
  const { archive, bundleText, collectEntries, knownSecrets, Scrubber } = await import('../../support/index.ts');
  const { loaded, text: configText } = await configuration(context);
  const { readFile } = await import('node:fs/promises');
  const written = await readFile(context.configPath, 'utf8').catch(() => '');
  const scrubber = new Scrubber(
    await knownSecrets({
      ...{ loaded, env: io.env, folders: SECRET_FOLDERS },
      written: { text: written, baseDir: dirname(context.configPath) },
    }),
  );
  const nowMs = io.clock.wallMs();
  const entries = await collectEntries(
    {
      ...{ dataDir: context.dataDir, configPath: context.configPath, version: readVersion(), loaded, configText },
      ...{ doctor: await doctorReport(context), stills: options.stills === true, nowMs, signal: io.signal },
      logFile: options.log === undefined ? undefined : resolve(io.cwd, options.log),
      path: io.env['PATH'],
    },
    scrubber,
  );
  const time = new Date(nowMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  const to = resolve(io.cwd, options.output ?? `lineside-support-${time}.tar.gz`);
  const isListed = options.list === true;
  if (!context.json)
    io.out(`${isListed ? 'It would contain' : 'It contains'}, without secrets:\n${bundleText(entries)}`);
  if (!isListed) await archive(entries, to, { scrubber, signal: io.signal });
  const files = entries.map(fileFacts);
  if (context.json) io.out(JSON.stringify({ ...(isListed ? {} : { path: to }), files }));
  else if (!isListed) io.out(`wrote ${to}\nRead it before you send it: tar -xzf FILE`);
  return EXIT.ok;
}

function fileFacts({ name, about, content }: BundleEntry): { name: string; about: string; bytes: number } {
  return { name, about, bytes: typeof content === 'string' ? Buffer.byteLength(content) : content.byteLength };
}

/** The configuration without secrets. Of a broken one only what is wrong: its text may have a secret anywhere. */
async function configuration(context: Context): Promise<{ loaded: LoadedConfig | undefined; text: string }> {
  const { ConfigError, LastGood, loadConfig, problemLine, showConfig } = await import('../../config/index.ts');
  const sources = await context.configSources();
  try {
    const loaded = await loadConfig(context.configPath, sources);
    return { loaded, text: showConfig(loaded.config) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const kept = await new LastGood(context.dataDir).load(dirname(context.configPath), sources).catch(() => undefined);
    const problems = error.problems.map((problem) => `# ${problem.code}: ${problemLine(problem)}`);
    const lastGood = kept === undefined ? '' : `# the last good one:\n${showConfig(kept.config)}`;
    return { loaded: kept, text: `# the file is refused:\n${problems.join('\n')}\n${lastGood}` };
  }
}

async function doctorReport(context: Context): Promise<{ json: string; text: string }> {
  const startedMs = context.io.clock.monoMs();
  const results: CheckResult[] = [];
  for await (const result of await examination(context)) results.push(withoutSecrets(result));
  const summary = summaryText(countOf(results), Math.round(context.io.clock.monoMs() - startedMs));
  const lines = results.map((result) => findingText(result, false));
  return { json: `${JSON.stringify(results, undefined, 1)}\n`, text: `${[...lines, summary].join('\n')}\n` };
}

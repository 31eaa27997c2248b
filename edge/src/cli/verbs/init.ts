import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { machineName } from '@lineside/kit';
import type { Command } from 'commander';
import { action, type Context, examples, type GlobalOptions, type Registry } from '../context.ts';
import { CliError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';

interface InitOptions extends GlobalOptions {
  readonly device?: string;
  readonly camera?: readonly string[];
  readonly model: string;
  readonly broker?: string;
}

/** A further value of an option that may be given several times. */
function collect(value: string, all: readonly string[]): readonly string[] {
  return [...all, value];
}

/** `lineside init` */
export function configure(command: Command, registry: Registry): void {
  command
    .option('--device <id>', 'identity of this device at the collector (default: the name of this machine)')
    .option('--camera <url>', 'a camera; may be given several times', collect, [])
    .option('--model <id>', 'model that inspects the cameras: of the catalog, or an imported one', 'defect')
    .option('--broker <url>', 'broker of the collector: mqtts://collector.plant:8883')
    .addHelpText(
      'after',
      examples(
        'lineside init --camera rtsp://viewer:secret@10.0.0.21/stream1 --model defect',
        'lineside init --config /etc/lineside/lineside.yaml --camera ./belt.mp4 --broker mqtt://collector:1883',
      ) +
        '\n\nWrites ./lineside.yaml, or what --config names, and asks nothing. A file that exists is never overwritten. The' +
        '\npassword of a camera is written into a file of its own, readable by this user alone, and the configuration' +
        '\nrefers to it.',
    )
    .action(action<InitOptions>(registry, init));
}

async function init(context: Context, options: InitOptions): Promise<ExitCode> {
  const { starterConfig } = await import('../../config/index.ts');
  const { io } = context;
  const path = resolve(io.cwd, options.config ?? 'lineside.yaml');
  const device = options.device ?? machineName();
  const cameras = (options.camera ?? []).map((url) => fromFolder(io.cwd, dirname(path), url));
  const { broker } = options;
  const uplink = broker === undefined ? {} : { uplink: { broker, username: device } };
  const starter = starterConfig({ device, cameras, model: options.model, ...uplink });
  const files = new Map([...starter.secrets].map(([name, text]) => [join(dirname(path), name), `${text}\n`]));
  for (const existing of [path, ...files.keys()].filter((file) => existsSync(file))) {
    throw new CliError(
      'file_exists',
      `${existing} exists and is not overwritten`,
      'name another with --config FILE, or move it',
    );
  }
  await mkdir(dirname(path), { recursive: true });
  for (const [file, text] of files) {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, text, { mode: 0o600, flag: 'wx' });
  }
  await writeFile(path, starter.yaml, { mode: 0o640, flag: 'wx' });
  await check(context, path);
  const steps = nextSteps(relative(io.cwd, path), starter.cameraIds, device, broker);
  const secrets = [...files.keys()];
  context.say({ file: path, device, cameras: starter.cameraIds, secrets, next: steps }, summary(path, secrets, steps));
  return EXIT.ok;
}

/** What was written must be accepted; an option with a wrong value is reported as `config check` would report it. */
async function check(context: Context, path: string): Promise<void> {
  const { loadConfig } = await import('../../config/index.ts');
  const { warnings } = await loadConfig(path, await context.configSources());
  for (const { message, advice } of warnings) context.io.err(`Warning: ${message}\nTry: ${advice}`);
}

/** A path of a video file is written so that it holds from the configuration's folder. */
function fromFolder(cwd: string, folder: string, url: string): string {
  if (/^[a-z][a-z0-9+.-]*:/i.test(url) || url.startsWith('/')) return url;
  const path = relative(folder, resolve(cwd, url));
  return path.startsWith('.') ? path : `./${path}`;
}

function nextSteps(file: string, cameras: readonly string[], device: string, broker: string | undefined): string[] {
  const config = file === 'lineside.yaml' ? '' : ` --config ${file}`;
  return [
    ...(broker === undefined
      ? []
      : [`at the collector: lineside-collector device add ${device}, then its password into secrets/uplink-password`]),
    ...cameras.map((id) => `lineside camera test ${id}${config}`),
    `lineside doctor${config}`,
    `lineside run${config} --data ./data`,
  ];
}

function summary(path: string, secrets: readonly string[], steps: readonly string[]): string {
  return [`written: ${[path, ...secrets].join(', ')}`, 'next:', ...steps.map((step) => `  ${step}`)].join('\n');
}

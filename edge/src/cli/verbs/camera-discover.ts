import type { Command } from 'commander';
import { SecretResolver, SecretText } from '@lineside/kit';
import type { FoundCamera, FoundProfile } from '../../onvif/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { UsageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { collect, milliseconds } from '../option-values.ts';

interface DiscoverOptions {
  readonly wait: number;
  readonly interface?: string;
  readonly address: readonly string[];
  readonly user?: string;
  readonly password?: string;
}

/** `lineside camera discover` */
export function configure(command: Command, registry: Registry): void {
  command
    .option('--wait <duration>', 'how long answers are waited for', milliseconds, 4_000)
    .option('--interface <name>', 'network interface, such as eth0 (default: that of the default route)')
    .option('--address <host>', 'ask this camera, HOST or HOST:PORT, without a multicast; repeat for more', collect, [])
    .option('--user <name>', 'user name for the cameras')
    .option('--password <reference>', 'its password as ${file:..}, ${env:..} or ${credential:..}')
    .addHelpText(
      'after',
      examples(
        'lineside camera discover',
        "lineside camera discover --interface eth1 --user viewer --password '${file:./camera-password}'",
        'lineside camera discover --address 10.0.0.21 --json',
      ) +
        '\n\nAsks the local network for ONVIF cameras (WS-Discovery, UDP port 3702), and each for its model and streams. Nothing' +
        '\nelse of Lineside does that. The password is sent as a digest, once to each camera that answers: many cameras lock an' +
        '\naccount after few wrong ones. Most cameras give their streams only with a user name. What a camera answers is' +
        '\nshown, not used; the addresses of streams are printed without a password. Ends with 0 when at least one camera' +
        '\nwas found, with 1 when none was.',
    )
    .action(action<DiscoverOptions>(registry, discover));
}

async function discover(context: Context, options: DiscoverOptions): Promise<ExitCode> {
  const { io } = context;
  const { user, password } = options;
  if ((user === undefined) !== (password === undefined)) {
    throw new UsageError('--user and --password belong together', 'give both, or none');
  }
  for (const address of options.address) {
    if (!/^[\w.:[\]-]+$/.test(address) || !URL.canParse(`http://${address}`)) {
      throw new UsageError(`--address ${address} is no address`, 'write HOST or HOST:PORT');
    }
  }
  const { discoverCameras } = await import('../../onvif/index.ts');
  const secrets = new SecretResolver({ env: io.env, baseDir: io.cwd });
  const login =
    user === undefined || password === undefined
      ? undefined
      : { username: user, password: secrets.text(new SecretText(password, 'text')) };
  const { cameras, malformed } = await discoverCameras({
    ...{ waitMs: options.wait, networkInterface: options.interface, addresses: options.address, login },
    signal: io.signal,
  });
  const lines = [
    ...cameras.map((camera) => textOf(camera, user, password)),
    ...malformed.map((address) => `${address}: sent an answer that is none`),
  ];
  const none = 'no ONVIF camera answered: switch ONVIF on in the camera, or try --interface or --address';
  context.say({ cameras, malformed }, lines.length === 0 ? none : lines.join('\n'));
  return cameras.length > 0 ? EXIT.ok : EXIT.problems;
}

function textOf(camera: FoundCamera, user: string | undefined, password: string | undefined): string {
  const { address, port, name, manufacturer, model, firmware, profiles, problem } = camera;
  const what = [manufacturer, model, firmware].filter((part) => part !== undefined).join(' ');
  const place = port === 80 ? address : `${address}:${port}`;
  return [
    `${place}${name === undefined ? '' : `  ${name}`}${what === '' ? '' : `  ${what}`}`,
    ...profiles.map((profile) => `  ${profileText(profile)}\n    url: ${urlText(profile.url, user, password)}`),
    ...(problem === undefined ? [] : [`  ! ${problem}`]),
  ].join('\n');
}

function profileText({ name, codec, width, height, fps, kbitPerS }: FoundProfile): string {
  const size = width === undefined || height === undefined ? '' : ` ${width}x${height}`;
  const rate = fps === undefined ? '' : `, ${fps} frames a second`;
  const bits = kbitPerS === undefined ? '' : `, ${kbitPerS} kbit/s`;
  return `${name ?? 'stream'}: ${codec ?? 'video'}${size}${rate}${bits}`;
}

/** As it is written into the configuration: the password as its reference. */
function urlText(url: string | undefined, user: string | undefined, password: string | undefined): string {
  if (url === undefined) return 'not given';
  if (user === undefined || password === undefined) return url;
  return url.replace('://', `://${encodeURIComponent(user)}:${/^\$\{/.test(password) ? password : '***'}@`);
}

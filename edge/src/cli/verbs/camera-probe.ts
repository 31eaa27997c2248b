import { resolve } from 'node:path';
import { SecretResolver, SecretText } from '@lineside/kit';
import type { Command } from 'commander';
import { action, type Context, examples, type Registry } from '../context.ts';
import { CliError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';

interface ProbeOptions {
  readonly transport: string;
}

const FPS = 5;

/** `lineside camera probe` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<url>', 'URL or file; ${file:..} and ${env:..} are read')
    .option('--transport <tcp|udp>', 'of RTSP', 'tcp')
    .addHelpText(
      'after',
      examples("lineside camera probe 'rtsp://viewer:${file:./password}@10.0.0.21/stream1' --json") +
        '\n\nOpens a camera as the inspection does, decodes one frame and reports codec, size and rate. `camera test` decodes' +
        '\nfor a while and gives advice. Ends with 0, or with 1 and the reason.',
    )
    .action(action<ProbeOptions>(registry, probe));
}

async function probe(
  context: Context,
  { transport }: ProbeOptions,
  [given = '']: readonly string[],
): Promise<ExitCode> {
  const { io } = context;
  if (transport !== 'tcp' && transport !== 'udp') {
    throw new CliError('transport_unknown', `${transport} is no transport`, 'give tcp or udp');
  }
  const written = new SecretText(given, 'url');
  const resolved = new SecretResolver({ env: io.env, baseDir: io.cwd }).url(written);
  const url = /^[a-z][a-z0-9+.-]*:/i.test(resolved) ? resolved : resolve(io.cwd, resolved);
  const { probeCamera, probeFfmpeg } = await import('../../camera/index.ts');
  const capabilities = await probeFfmpeg('ffmpeg', io.signal);
  const found = await probeCamera({ url, transport, fps: FPS }, { capabilities, clock: io.clock }, io.signal);
  const { codec, width, height, fps } = found;
  const rate = fps === undefined ? '' : `, ${fps.toFixed(1)} frames a second`;
  context.say({ ok: true, camera: written.shown, ...found }, `${written.shown}: ${codec} ${width}x${height}${rate}`);
  return EXIT.ok;
}

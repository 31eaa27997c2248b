import type { Command } from 'commander';
import { isAbort } from '@lineside/kit';
import type { CameraView } from '../../status/index.ts';
import { askService } from '../ask-service.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { CliError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';

const EVERY_MS = 1_000;

/** `lineside camera watch` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<camera>', 'id of a camera that runs')
    .addHelpText(
      'after',
      examples('lineside camera watch belt', 'lineside camera watch belt --json') +
        '\n\nPrints a line whenever the state of the camera or of its picture changes, until stopped. Ends with 2 for a camera' +
        '\nthat nobody knows, with 3 when no service answers.',
    )
    .action(action(registry, watch));
}

async function watch(context: Context, _options: object, [id = '']: readonly string[]): Promise<ExitCode> {
  const { clock, signal } = context.io;
  let before = '';
  while (!signal.aborted) {
    const status = await askService(context.dataDir);
    if (status === undefined) {
      const advice = 'start it: systemctl start lineside';
      throw new CliError('service_not_running', `no service uses ${context.dataDir}`, advice);
    }
    const camera = status.cameras.find((candidate) => candidate.id === id);
    if (camera === undefined) {
      throw new CliError('camera_unknown', `the service has no camera ${id}`, 'lineside camera list');
    }
    const state = stateOf(camera);
    const text = Object.values(state).flat().join(' ');
    if (text !== before) {
      const at = new Date(status.atMs).toISOString();
      context.say({ at, camera: id, ...state }, `${at} ${text}`);
    }
    before = text;
    await clock.sleep(EVERY_MS, signal).catch((error: unknown) => {
      if (!isAbort(error)) throw error;
    });
  }
  return EXIT.ok;
}

function stateOf({ state, inspecting, restarts, error, picture, stream }: CameraView) {
  return {
    ...{ state, inspecting, restarts: `restarts ${restarts}` },
    ...(error && { error: `${error.code}: ${error.message}` }),
    problems: [...(picture?.problems ?? []), ...(stream?.problems ?? [])],
    ...(stream && { connection: `connection ${stream.quality}` }),
  };
}

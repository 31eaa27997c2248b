import type { Command } from 'commander';
import type { CameraView } from '../../status/index.ts';
import { askService } from '../ask-service.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';

/** `lineside camera list` */
export function configure(command: Command, registry: Registry): void {
  command
    .addHelpText(
      'after',
      examples('lineside camera list', 'lineside camera list --json') +
        '\n\nThe cameras of the configuration; with their state where the service runs. Ends with 0.',
    )
    .action(action(registry, list));
}

async function list(context: Context): Promise<ExitCode> {
  const { loadConfig } = await import('../../config/index.ts');
  const { config } = await loadConfig(context.configPath, await context.configSources());
  const running = await askService(context.dataDir);
  const cameras = config.cameras.map((camera) => {
    const view = running?.cameras.find(({ id }) => id === camera.id);
    return {
      id: camera.id,
      url: camera.url.shown,
      transport: camera.transport,
      fps: camera.fps,
      models: camera.models.map(({ id }) => id),
      ...(view && { state: view.state, inspecting: view.inspecting }),
      ...(view?.source && { source: view.source }),
      ...(view?.error && { error: view.error }),
      ...(view?.picture && { picture: view.picture }),
      ...(view?.stream && { stream: view.stream }),
    };
  });
  const lines = cameras.map((camera) => {
    const view = running?.cameras.find(({ id }) => id === camera.id);
    return `${camera.id.padEnd(12)} ${stateText(view).padEnd(34)} ${camera.url}`;
  });
  const text = lines.length === 0 ? `${context.configPath} has no cameras` : lines.join('\n');
  context.say({ service: running === undefined ? 'down' : 'up', cameras }, text);
  return EXIT.ok;
}

function stateText(view: CameraView | undefined): string {
  if (view === undefined) return 'not running';
  if (view.error !== undefined) return `${view.state}: ${view.error.code}`;
  const { source, picture, stream } = view;
  const size = source === undefined ? '' : ` ${source.codec ?? 'video'} ${source.width}x${source.height}`;
  const problems = [...(picture?.problems ?? []), ...(stream?.problems ?? [])].join(' ');
  return `${view.inspecting}${size}${problems === '' ? '' : `, ${problems}`}`;
}

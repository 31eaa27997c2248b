import type { Command } from 'commander';
import type { CameraView } from '../../status/index.ts';
import { askService, type ServiceStatus } from '../ask-service.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { CliError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';

/** `lineside camera health` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('[camera]', 'id of a camera; all of them when left out')
    .addHelpText(
      'after',
      examples('lineside camera health', 'lineside camera health belt --json') +
        '\n\nAsks the service what it thinks of the pictures: frozen, dark, overexposed, covered, blurred, late or absent, with the' +
        '\nfigures behind it. Ends with 0 when all is well, with 1 when something is wrong, with 2 for a camera that nobody' +
        '\nknows, with 3 when no service answers.',
    )
    .action(action(registry, health));
}

async function health(context: Context, _options: object, [id]: readonly string[]): Promise<ExitCode> {
  const status = await askService(context.dataDir);
  if (status === undefined) {
    throw new CliError(
      'service_not_running',
      `no service uses ${context.dataDir}`,
      'start it: systemctl start lineside',
    );
  }
  const cameras = status.cameras.filter((camera) => id === undefined || camera.id === id);
  if (cameras.length === 0 && id !== undefined) {
    const known = status.cameras.map((camera) => camera.id).join(', ') || 'none';
    throw new CliError('camera_unknown', `the service has no camera ${id}`, `cameras there: ${known}`);
  }
  const reports = cameras.map((camera) => reportOf(camera, status));
  context.say({ cameras: reports }, reports.map(textOf).join('\n'));
  return reports.every(({ findings }) => findings.length === 0) ? EXIT.ok : EXIT.problems;
}

type CameraReport = ReturnType<typeof reportOf>;

function reportOf(camera: CameraView, { health: { warnings } }: ServiceStatus) {
  const { id, state, restarts, lastFrameAgeMs, behindMs, source, picture } = camera;
  return {
    ...{ id, state, restarts },
    findings: warnings.filter((finding) => finding.camera === id),
    ...(lastFrameAgeMs !== undefined && { lastFrameAgeMs }),
    ...(behindMs !== undefined && { behindMs }),
    ...(source && { source }),
    ...(picture && { picture }),
  };
}

function textOf({ id, state, restarts, findings, lastFrameAgeMs, picture, source }: CameraReport): string {
  const size = source === undefined ? '' : `, ${source.codec ?? 'video'} ${source.width}x${source.height}`;
  const age = lastFrameAgeMs === undefined ? '' : `, newest frame ${(lastFrameAgeMs / 1000).toFixed(1)} s ago`;
  const figures =
    picture === undefined
      ? []
      : [
          `  brightness ${picture.luma}, contrast ${picture.contrast}, sharpness ${picture.sharpness} (levels of 0 to 255)`,
        ];
  return [
    `${id}: ${findings.length === 0 ? 'good' : state}${size}${age}, ${restarts} restarts`,
    ...figures,
    ...findings.flatMap(({ code, message, advice }) => [`  ! ${code}: ${message}`, `    Try: ${advice}`]),
  ].join('\n');
}

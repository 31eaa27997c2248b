import type { Command } from 'commander';
import type { CameraLog, CameraView } from '../../status/index.ts';
import { askService, type ServiceStatus } from '../ask-service.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { CliError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';

interface HealthOptions {
  readonly log?: boolean;
}

/** `lineside camera health` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('[camera]', 'id of a camera; all of them when left out')
    .option('--log', 'also the last 100 lines that FFmpeg wrote for it, without credentials')
    .addHelpText(
      'after',
      examples('lineside camera health', 'lineside camera health belt --json', 'lineside camera health belt --log') +
        '\n\nAsks the service what is wrong with the pictures: frozen, dark, overexposed, covered, blurred, moved, late or absent,' +
        '\nand of the streams: rate, bit rate, key frames, clock, and the connection from 4 (good) to 0 (absent), with the' +
        '\nfigures behind it. Ends with 0 when all is well, with 1 when something is wrong, with 2 for a camera that nobody' +
        '\nknows, with 3 when no service answers.',
    )
    .action(action<HealthOptions>(registry, health));
}

async function health(context: Context, options: HealthOptions, [id]: readonly string[]): Promise<ExitCode> {
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
  const logs = options.log === true ? await Promise.all(cameras.map((camera) => logOf(context, camera.id))) : [];
  const reports = cameras.map((camera, n) => ({ ...reportOf(camera, status), ...logs[n] }));
  context.say({ cameras: reports }, reports.map(textOf).join('\n'));
  return reports.every(({ findings }) => findings.length === 0) ? EXIT.ok : EXIT.problems;
}

type CameraReport = ReturnType<typeof reportOf> & Partial<Pick<CameraLog, 'lines'>>;

/** What FFmpeg wrote last; of a camera that is not run there is nothing, and the findings say why. */
async function logOf(context: Context, id: string): Promise<Pick<CameraLog, 'lines'>> {
  const { controlSocketPath, getControlJson } = await import('../../status/client/index.ts');
  const path = `/api/v1/cameras/${encodeURIComponent(id)}/log`;
  const { body } = await getControlJson(controlSocketPath(context.dataDir), path);
  return { lines: isLog(body) ? body.lines : [] };
}

/** Both ends are from one package. */
function isLog(body: unknown): body is CameraLog {
  return typeof body === 'object' && body !== null && 'lines' in body && Array.isArray(body.lines);
}

function reportOf(camera: CameraView, { health: { warnings } }: ServiceStatus) {
  const { id, state, restarts, lastFrameAgeMs, behindMs, source, picture, stream, acceptedAtMs, decoder } = camera;
  return {
    ...{ id, state, restarts },
    findings: warnings.filter((finding) => finding.camera === id),
    ...(lastFrameAgeMs !== undefined && { lastFrameAgeMs }),
    ...(behindMs !== undefined && { behindMs }),
    ...(source && { source }),
    ...(picture && { picture }),
    ...(stream && { stream }),
    ...(acceptedAtMs !== undefined && { acceptedAtMs }),
    ...(decoder && { decoder }),
  };
}

function textOf(report: CameraReport): string {
  const {
    id,
    state,
    restarts,
    findings,
    lastFrameAgeMs,
    picture,
    source,
    stream,
    acceptedAtMs,
    decoder,
    lines = [],
  } = report;
  const size = source === undefined ? '' : `, ${source.codec ?? 'video'} ${source.width}x${source.height}`;
  const age = lastFrameAgeMs === undefined ? '' : `, newest frame ${(lastFrameAgeMs / 1000).toFixed(1)} s ago`;
  return [
    `${id}: ${findings.length === 0 ? 'good' : state}${size}${age}, ${restarts} restarts`,
    ...(decoder === undefined ? [] : [`  decoder: ${decoder.name} (${decoder.reason})`]),
    ...(picture === undefined ? [] : [pictureText(picture)]),
    ...(stream === undefined ? [] : [streamText(stream)]),
    ...(picture === undefined ? [] : [acceptedText(id, acceptedAtMs)]),
    ...findings.flatMap(({ code, message, advice }) => [`  ! ${code}: ${message}`, `    Try: ${advice}`]),
    ...lines.map(({ atMs, text }) => `  ${new Date(atMs).toISOString()} ${text}`),
  ].join('\n');
}

function pictureText({ luma, contrast, sharpness, similarity }: NonNullable<CameraReport['picture']>): string {
  const like = similarity === undefined ? '' : `, ${Math.round(100 * similarity)} % like the reference`;
  return `  brightness ${luma}, contrast ${contrast}, sharpness ${sharpness} (levels of 0 to 255)${like}`;
}

function streamText({ quality, fps, bitsPerS, keyframeIntervalMs }: NonNullable<CameraReport['stream']>): string {
  return [
    `  connection ${quality} of 4`,
    ...(fps === undefined ? [] : [`${fps} frames a second`]),
    ...(bitsPerS === undefined ? [] : [`${(bitsPerS / 1e6).toFixed(2)} Mbit/s`]),
    ...(keyframeIntervalMs === undefined ? [] : [`key frames ${(keyframeIntervalMs / 1000).toFixed(1)} s apart`]),
  ].join(', ');
}

function acceptedText(id: string, atMs: number | undefined): string {
  if (atMs === undefined) return `  not accepted yet: lineside camera accept ${id}`;
  return `  accepted ${new Date(atMs).toISOString()}`;
}

import { userInfo } from 'node:os';
import type { Command } from 'commander';
import type { AcceptedCamera } from '../../status/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { CliError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';

interface AcceptOptions {
  readonly by?: string;
}

/** Below this nothing in the picture stays where it is. */
const COMPARABLE = 0.3;

/** `lineside camera accept` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<camera>', 'id of a camera that runs')
    .option('--by <name>', 'who accepts it, for the audit (default: your user name)')
    .addHelpText(
      'after',
      examples('lineside camera accept belt', "lineside camera accept belt --by 'M. Weber' --json") +
        '\n\nSays that the camera is as it should be now: its view, sharpness, rate, bit rate and key frames of the last' +
        '\nseconds become its reference. From then on it is reported when it has moved, is blurred, or sends much less.' +
        '\nDo it at commissioning, with the light on and the line running, and again after each wanted change of the camera.' +
        '\nEnds with 1 while it has not shown a clear picture for 20 seconds, with 2 for a camera that nobody knows, with 3' +
        '\nwhen no service answers.',
    )
    .action(action<AcceptOptions>(registry, accept));
}

async function accept(context: Context, options: AcceptOptions, [id = '']: readonly string[]): Promise<ExitCode> {
  const { controlSocketPath, postControlJson } = await import('../../status/client/index.ts');
  const path = `/api/v1/cameras/${encodeURIComponent(id)}/accept`;
  const by = options.by ?? userInfo().username;
  const { status, body } = await postControlJson(controlSocketPath(context.dataDir), path, { by }, 10_000);
  if (status !== 200 || !isAccepted(body)) throw refusal(id, status, body);
  context.say(body, textOf(body));
  return EXIT.ok;
}

function textOf({
  camera,
  measuredMs,
  similarity,
  sharpness,
  fps,
  bitsPerS,
  keyframeIntervalMs,
  picture,
}: AcceptedCamera) {
  const parts = [
    `sharpness ${sharpness.toFixed(1)}`,
    `similarity ${similarity.toFixed(2)}`,
    ...(fps === undefined ? [] : [`${fps.toFixed(1)} frames a second`]),
    ...(bitsPerS === undefined ? [] : [`${(bitsPerS / 1e6).toFixed(2)} Mbit/s`]),
    ...(keyframeIntervalMs === undefined
      ? []
      : [`a key frame at least every ${(keyframeIntervalMs / 1000).toFixed(1)} s`]),
  ];
  return [
    `${camera} is accepted, measured over ${(measuredMs / 1000).toFixed(0)} s: ${parts.join(', ')}`,
    ...(picture === undefined ? [] : [`  picture: ${picture}`]),
    ...(similarity >= COMPARABLE
      ? []
      : ['  Nothing in its picture stays where it is, so a move of this camera cannot be detected.']),
  ].join('\n');
}

function refusal(id: string, status: number, body: unknown): CliError {
  if (status === 404) return new CliError('camera_unknown', `the service has no camera ${id}`, 'lineside camera list');
  const { message = `the service answers ${status}`, advice = `lineside camera health ${id}` } = errorOf(body);
  return new CliError('camera_not_accepted', message, advice);
}

function errorOf(body: unknown): { readonly message?: string; readonly advice?: string } {
  if (typeof body !== 'object' || body === null || !('error' in body)) return {};
  const { error } = body;
  if (typeof error !== 'object' || error === null || !('message' in error) || !('advice' in error)) return {};
  return { message: String(error.message), advice: String(error.advice) };
}

/** Both ends are from one package. */
function isAccepted(body: unknown): body is AcceptedCamera {
  return typeof body === 'object' && body !== null && 'acceptedAtMs' in body && 'similarity' in body;
}

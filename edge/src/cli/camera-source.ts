import { resolve } from 'node:path';
import { SecretResolver, SecretText } from '@lineside/kit';
import type { Context } from './context.ts';
import { CliError } from './errors.ts';

/** A camera that a command names. */
export interface NamedCamera {
  readonly url: string;
  /** Safe to print. */
  readonly shown: string;
  readonly transport: 'tcp' | 'udp';
  /** Zones of a configured camera; none of a source that is named by its URL. */
  readonly zones: readonly { readonly id: string; readonly polygon: Polygon }[];
  /** Parts that are covered in every picture of a configured camera. */
  readonly masks: readonly Polygon[];
  /** What is covered of people in its pictures. */
  readonly blur: 'none' | 'heads' | 'persons';
}

type Polygon = readonly (readonly [number, number])[];

/**
 * Throws where a camera covers people in its pictures: what comes straight from the stream shows them. `what` says what
 * was to be made of it, `advice` what can be done instead.
 */
export function refuseClearPeople({ shown, blur }: NamedCamera, what: string, advice: string): void {
  if (blur === 'none') return;
  throw new CliError(
    'privacy_on',
    `no ${what} of ${shown}: its pictures cover ${blur}, and the stream shows them`,
    advice,
  );
}

/** A camera of the configuration, or a source that is named as it is. */
export async function cameraSource(
  context: Context,
  camera: string,
  transport: string | undefined,
): Promise<NamedCamera> {
  const { io } = context;
  if (transport !== undefined && transport !== 'tcp' && transport !== 'udp') {
    throw new CliError('transport_unknown', `${transport} is no transport`, 'give tcp or udp');
  }
  if (/[:/.]/.test(camera)) {
    const written = new SecretText(camera, 'url');
    const secrets = new SecretResolver({ env: io.env, baseDir: io.cwd });
    const url = secrets.url(written);
    const isPath = !/^[a-z][a-z0-9+.-]*:/i.test(url);
    const nothing = { zones: [], masks: [], blur: 'none' } as const;
    return {
      url: isPath ? resolve(io.cwd, url) : url,
      shown: written.shown,
      transport: transport ?? 'tcp',
      ...nothing,
    };
  }
  const { loadConfig } = await import('../config/index.ts');
  const { config, secrets } = await loadConfig(context.configPath, await context.configSources());
  const found = config.cameras.find(({ id }) => id === camera);
  if (found === undefined) {
    const known = config.cameras.map(({ id }) => id).join(', ') || 'none';
    throw new CliError(
      'camera_unknown',
      `${context.configPath} has no camera ${camera}`,
      `cameras there: ${known}; or give a URL`,
    );
  }
  const { url, zones, privacy } = found;
  const covered = { masks: privacy?.masks ?? [], blur: privacy?.blur ?? 'none' };
  return { url: secrets.url(url), shown: url.shown, transport: transport ?? found.transport, zones, ...covered };
}

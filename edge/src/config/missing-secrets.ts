import type { SecretError, SecretText } from '@lineside/kit';
import type { Config } from './config.ts';
import type { LoadedConfig } from './load.ts';

export interface MissingSecret {
  /** What needs it, for people: `camera packing`, `uplink password`. */
  readonly subject: string;
  readonly error: SecretError;
}

/** A text of the configuration that may hold secrets, and what needs it. */
export interface SecretPlace {
  readonly subject: string;
  readonly secret: SecretText;
}

/** Every text of the configuration that may hold secrets. */
export function secretPlaces({
  cameras,
  plant,
  outputs,
  feeds,
  signals,
  uplink,
  alerts,
  production,
}: Config): readonly SecretPlace[] {
  const places: readonly (readonly [string, SecretText | undefined])[] = [
    ...cameras.map((camera) => [`camera ${camera.id}`, camera.url] as const),
    ...plant.map(({ url }) => [`plant connection ${url.shown}`, url] as const),
    ...outputs.map(({ id, url }) => [`output ${id}`, url] as const),
    ...feeds.map(({ id, url }) => [`feed ${id}`, url] as const),
    ...feeds.map(({ id, zeromq }) => [`feed ${id} key`, zeromq.secretKey] as const),
    ...signals.map(({ id, source }) => [`signal ${id}`, source] as const),
    ...alerts.to.map(({ id, url }) => [`alert target ${id}`, url] as const),
    ['stack light', alerts.light?.url],
    ['production plan', production.planFrom?.url],
    ...production.actualsTo.map(({ url }) => [`actuals to ${url.shown}`, url] as const),
    ['uplink broker', uplink?.broker],
    ['uplink username', uplink?.username],
    ['uplink password', uplink?.password],
  ];
  return places.flatMap(([subject, secret]) => (secret === undefined ? [] : [{ subject, secret }]));
}

/** Every secret that the configuration names and that cannot be read now. */
export function missingSecrets({ config, secrets }: LoadedConfig): readonly MissingSecret[] {
  const { uplink } = config;
  const files = [
    ['uplink ca', uplink?.ca],
    ['uplink cert', uplink?.cert],
    ['uplink key', uplink?.key],
  ] as const;
  return [
    ...secretPlaces(config).flatMap(({ subject, secret }) =>
      secrets.missing(secret).map((error) => ({ subject, error })),
    ),
    ...files.flatMap(([subject, path]) =>
      (path === undefined ? [] : secrets.missingFile(path)).map((error) => ({ subject, error })),
    ),
  ];
}

import type { SecretError, SecretText } from '@lineside/kit';
import type { LoadedConfig } from './load.ts';

export interface MissingSecret {
  /** What needs it, for people: `camera packing`, `uplink password`. */
  readonly subject: string;
  readonly error: SecretError;
}

/** Every secret that the configuration names and that cannot be read now. */
export function missingSecrets({ config, secrets }: LoadedConfig): readonly MissingSecret[] {
  const { cameras, plant, signals, uplink } = config;
  const places: readonly (readonly [string, SecretText | undefined])[] = [
    ...cameras.map((camera) => [`camera ${camera.id}`, camera.url] as const),
    ...plant.map(({ url }) => [`plant connection ${url.shown}`, url] as const),
    ...signals.map(({ id, source }) => [`signal ${id}`, source] as const),
    ['uplink broker', uplink?.broker],
    ['uplink username', uplink?.username],
    ['uplink password', uplink?.password],
  ];
  const files = [
    ['uplink ca', uplink?.ca],
    ['uplink cert', uplink?.cert],
    ['uplink key', uplink?.key],
  ] as const;
  return [
    ...places.flatMap(([subject, secret]) =>
      (secret === undefined ? [] : secrets.missing(secret)).map((error) => ({ subject, error })),
    ),
    ...files.flatMap(([subject, path]) =>
      (path === undefined ? [] : secrets.missingFile(path)).map((error) => ({ subject, error })),
    ),
  ];
}

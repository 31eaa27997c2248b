import type { SecretText, ValuePath } from '@lineside/kit';
import { placeOf } from '../rules/index.ts';
import { type Config, modelIdsOf } from './config.ts';
import type { Finding } from './issues.ts';

/** What is allowed and yet probably not meant, and what should not lie in a file. */
export function warningsOf(config: Config): readonly Finding[] {
  return [...plainSecrets(config), ...idle(config)];
}

function plainSecrets(config: Config): readonly Finding[] {
  const findings = [
    ...config.cameras.flatMap((camera, i) => plainSecret(camera.url, ['cameras', i, 'url'])),
    ...config.signals.flatMap(({ source }, i) => plainSecret(source, ['signals', i, 'source'])),
    ...config.outputs.flatMap(({ url }, i) => plainSecret(url, ['outputs', i, 'url'])),
    ...config.plant.flatMap(({ url }, i) => plainSecret(url, ['plant', i, 'url'])),
    ...(config.production.planFrom === undefined
      ? []
      : plainSecret(config.production.planFrom.url, ['production', 'planFrom', 'url'])),
    ...config.production.actualsTo.flatMap(({ url }, i) => plainSecret(url, ['production', 'actualsTo', i, 'url'])),
    ...config.alerts.to.flatMap(({ url }, i) => plainSecret(url, ['alerts', 'to', i, 'url'])),
    ...(config.alerts.light === undefined ? [] : plainSecret(config.alerts.light.url, ['alerts', 'light', 'url'])),
  ];
  const { uplink } = config;
  if (uplink === undefined) return findings;
  return [
    ...findings,
    ...plainSecret(uplink.broker, ['uplink', 'broker']),
    ...(uplink.password === undefined ? [] : plainSecret(uplink.password, ['uplink', 'password'])),
  ];
}

function plainSecret(secret: SecretText, path: ValuePath): readonly Finding[] {
  if (!secret.hasLiteralPassword) return [];
  const reference = '${file:/etc/lineside/secrets/NAME}';
  return [
    {
      code: 'plain_secret',
      path,
      message: 'holds a password in plain text',
      advice: `put it in a file that only the service can read and write ${reference} in its place`,
    },
  ];
}

/** Default of `media.maxBytes` of the collector. */
const COLLECTOR_TAKES = 16 * 1024 * 1024;

const IDLE_ADVICE = {
  no_cameras: 'add one under cameras:',
  camera_idle: 'name some in its models:',
  model_without_rule: 'add a rule, or leave the model out',
  clip_larger_than_upload: 'lower clips.memory, or raise media.maxBytes in the configuration of the collector above it',
  faster_than_camera: "raise the camera's fps, or leave this one out",
  model_unused: 'name it in a camera, or leave it out',
} as const;

/** What is in the file and has no effect. */
function idle(config: Config): readonly Finding[] {
  const findings: Finding[] = [];
  const warn = (code: keyof typeof IDLE_ADVICE, path: ValuePath, message: string): void => {
    findings.push({ code, path, message, advice: IDLE_ADVICE[code] });
  };
  if (config.cameras.length === 0) warn('no_cameras', ['cameras'], 'there is no camera: nothing is inspected');
  for (const [i, camera] of config.cameras.entries()) {
    if (modelIdsOf(camera).length === 0) warn('camera_idle', ['cameras', i], `camera ${camera.id} has no models`);
    const watched = config.rules.filter((rule) => rule.camera === camera.id).map((rule) => placeOf(rule).model);
    const { stages, models, clips } = camera;
    if (config.uplink !== undefined && (clips?.memory.bytes ?? 0) > COLLECTOR_TAKES) {
      const message =
        'is the largest size of a clip, and a collector takes at most 16 MiB where nothing else is configured';
      warn('clip_larger_than_upload', ['cameras', i, 'clips', 'memory'], message);
    }
    for (const [j, model] of modelIdsOf(camera).entries()) {
      const hides = (camera.privacy?.blur ?? 'none') !== 'none' && camera.privacy?.model === model;
      // A stage that refines speaks through the detections of its source.
      const isRead = stages.some((stage) => (stage.refines ? stage.model : stage.source) === model);
      if (hides || watched.includes(model) || isRead) continue;
      const message = `no rule reads ${model} on camera ${camera.id}: none of its detections becomes an event`;
      const path = j < models.length ? ['models', j] : ['stages', j - models.length];
      warn('model_without_rule', ['cameras', i, ...path], message);
    }
    for (const [j, { id, fps }] of models.entries()) {
      if (fps === undefined || fps <= camera.fps) continue;
      const message = `${id} is assigned ${fps} frames per second, but the camera gives ${camera.fps}`;
      warn('faster_than_camera', ['cameras', i, 'models', j, 'fps'], message);
    }
  }
  const used = new Set(config.cameras.flatMap(modelIdsOf));
  for (const [i, model] of config.models.entries()) {
    if (!used.has(model.id)) warn('model_unused', ['models', i], `no camera uses model ${model.id}`);
  }
  return findings;
}

const SECRET_PLACES = [
  /^cameras\.\d+\.url$/,
  /^signals\.\d+\.source$/,
  /^plant\.\d+\.url$/,
  /^outputs\.\d+\.url$/,
  /^feeds\.\d+\.(?:url|zeromq\.secretKey)$/,
  /^production\.planFrom\.url$/,
  /^production\.actualsTo\.\d+\.url$/,
  /^uplink\.(broker|username|password)$/,
  /^alerts\.to\.\d+\.url$/,
  /^alerts\.light\.url$/,
];

/** References where none is resolved: they would be taken word for word. */
export function misplacedReferences(value: unknown, path: ValuePath = []): readonly Finding[] {
  if (typeof value === 'string') {
    if (!/\$\{(env|file|credential):/.test(value)) return [];
    if (SECRET_PLACES.some((place) => place.test(path.map(String).join('.')))) return [];
    return [
      {
        code: 'reference_not_allowed',
        path,
        message: 'references are resolved only where secrets belong',
        advice:
          'write the value itself; references work in URLs of cameras, signals, outputs, the plant and alerts, and under uplink:',
      },
    ];
  }
  if (Array.isArray(value)) return value.flatMap((item: unknown, i) => misplacedReferences(item, [...path, i]));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => misplacedReferences(item, [...path, key]));
}

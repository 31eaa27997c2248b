import {
  type CameraConfig,
  type Config,
  type ConfigChange,
  diffConfig,
  modelIdsOf,
  readingModelsOf,
} from '../config/index.ts';
import { definitionOf } from '../rules/index.ts';
import type { ChangeStep, RuleMove } from './change-step.ts';

/**
 * The steps that lead a running line from one configuration to another, in the order in which they are to be taken;
 * none where nothing changed. What each key restarts is in the schema's metadata.
 */
export function planChange(before: Config, after: Config): readonly ChangeStep[] {
  const { changes } = diffConfig(before, after);
  const has = (restart: ConfigChange['restart']): boolean => changes.some((change) => change.restart === restart);
  if (has('process')) return [{ kind: 'restart_line' }];
  const cameras = camerasOf(changes, before, after);
  const fresh = has('vision') ? after.cameras.map(({ id }) => id) : [...cameras.added, ...cameras.replaced];
  const moves = ruleMoves(affectedRules(changes, before, after), before, after, fresh);
  const touched = [...cameras.added, ...cameras.replaced, ...cameras.removed, ...cameras.models].length > 0;
  return [
    ...(before.log.level === after.log.level ? [] : [{ kind: 'set_log_level' as const, level: after.log.level }]),
    ...(has('signals') ? [{ kind: 'restart_signals' as const }] : []),
    ...(moves.length === 0 ? [] : [{ kind: 'change_rules' as const, moves }]),
    ...(has('vision') ? [{ kind: 'restart_vision' as const }] : touched ? [cameras] : []),
    ...(has('status') ? [{ kind: 'restart_status_server' as const }] : []),
    ...(has('uplink') ? [{ kind: 'restart_uplink' as const }] : []),
  ];
}

type CamerasStep = Extract<ChangeStep, { kind: 'change_cameras' }>;

function camerasOf(changes: readonly ConfigChange[], before: Config, after: Config): CamerasStep {
  const of = (list: string, restart: ConfigChange['restart']): readonly string[] => [
    ...new Set(changes.filter((change) => change.steps[0] === list && change.restart === restart).map(entryOf)),
  ];
  const models = of('models', 'model');
  const zones = changes.flatMap(({ steps: [list, camera = '', key, zone = ''] }) =>
    list === 'cameras' && key === 'zones' ? [{ camera, zone }] : [],
  );
  // A zone is the business of rules alone, unless a model has it as its region.
  const isRegion = (camera: CameraConfig): boolean =>
    camera.models.some(({ region }) => zones.some((one) => one.camera === camera.id && one.zone === region));
  const isTouched = (camera: CameraConfig): boolean =>
    isRegion(camera) ||
    modelIdsOf(camera).some((id) => models.includes(id)) ||
    readingModelsOf(before, camera.id).join(' ') !== readingModelsOf(after, camera.id).join(' ');
  const was = new Set(before.cameras.map(({ id }) => id));
  const is = new Set(after.cameras.map(({ id }) => id));
  const touched = [...before.cameras, ...after.cameras].filter(isTouched).map(({ id }) => id);
  const changed = new Set([...of('cameras', 'camera'), ...touched]);
  return {
    kind: 'change_cameras',
    added: [...changed].filter((id) => !was.has(id)),
    replaced: [...changed].filter((id) => was.has(id) && is.has(id)),
    removed: [...changed].filter((id) => !is.has(id)),
    models,
  };
}

/** Rules that changed, by id, those whose zone or shift changed included. */
function affectedRules(changes: readonly ConfigChange[], before: Config, after: Config): ReadonlySet<string> {
  const byKey = changes.filter(({ steps }) => steps[0] === 'rules').map(entryOf);
  const byZone = changes.flatMap(({ steps: [list, camera, key, zone] }) =>
    list === 'cameras' && key === 'zones'
      ? [...before.rules, ...after.rules].filter((rule) => rule.camera === camera && readsZone(rule, zone))
      : [],
  );
  const byShift = changes.some(({ steps }) => steps[0] === 'shifts')
    ? [...before.rules, ...after.rules].filter(({ shifts, schedule }) => (shifts ?? schedule) !== undefined)
    : [];
  return new Set([...byKey, ...[...byZone, ...byShift].map(({ id }) => id)]);
}

/** Whether one of the options that name zones names this one. */
function readsZone(rule: Config['rules'][number], zone: string | undefined): boolean {
  return (definitionOf(rule.type)?.zoneOptions ?? []).some((option) => {
    const value: unknown = Reflect.get(rule, option);
    return value === zone || (Array.isArray(value) && value.includes(zone));
  });
}

/** Cameras that are `fresh` get all their rules when they start, so that rules are only taken out of them. */
function ruleMoves(
  affected: ReadonlySet<string>,
  before: Config,
  after: Config,
  fresh: readonly string[],
): readonly RuleMove[] {
  const on = (config: Config, camera: string): readonly string[] =>
    config.rules.filter((rule) => affected.has(rule.id) && rule.camera === camera).map(({ id }) => id);
  const cameras = new Set([...before.cameras, ...after.cameras].map(({ id }) => id));
  return [...cameras]
    .map((camera) => ({
      camera,
      removed: on(before, camera),
      added: fresh.includes(camera) ? [] : on(after, camera),
    }))
    .filter(({ removed, added }) => removed.length + added.length > 0);
}

/** Id of the entry that a change is about: `['cameras', 'packing', 'url']` is about packing. */
function entryOf({ steps }: ConfigChange): string {
  return steps[1] ?? '';
}

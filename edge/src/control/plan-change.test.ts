import { describe, expect, it } from 'vitest';
import { checkConfig, type Config } from '../config/index.ts';
import { planChange } from './index.ts';

const BASE = `
device: line-1
line: Packing
cameras:
  - {id: a, url: rtsp://h/1, models: [ppe], zones: [{id: z, polygon: [[0, 0], [1, 0], [1, 1]]}]}
  - {id: b.c, url: rtsp://h/2, models: [ppe, {id: defect, region: belt}], zones: [{id: belt, polygon: [[0, 0], [1, 0], [1, 1]]}]}
rules:
  - {id: r, type: missing_headwear, camera: a, zone: z}
  - {id: s, type: product_defect, camera: b.c}
uplink: {broker: mqtt://b}
log: {level: info}
`;

const config = (text: string): Config =>
  checkConfig(text, { catalog: ['ppe', 'defect', 'sanitation'], env: {}, path: '/c.yaml' }).config;

function plan(...changes: readonly (readonly [from: string, to: string])[]): ReturnType<typeof planChange> {
  const changed = changes.reduce((text, [from, to]) => {
    expect(text).toContain(from);
    return text.replace(from, to);
  }, BASE);
  return planChange(config(BASE), config(changed));
}

const cameras = (step: object): object => ({
  kind: 'change_cameras',
  added: [],
  replaced: [],
  removed: [],
  models: [],
  ...step,
});

describe('the plan of a change', () => {
  it('has no step where nothing changed', () => {
    expect(plan(['log: {level: info}', '# comment\nlog: {}'])).toEqual([]);
  });

  it('sets the log level and touches nothing else', () => {
    expect(plan(['level: info', 'level: debug'])).toEqual([{ kind: 'set_log_level', level: 'debug' }]);
  });

  it('exchanges a rule that changed, and one whose zone changed', () => {
    const exchange = [{ kind: 'change_rules', moves: [{ camera: 'a', removed: ['r'], added: ['r'] }] }];
    expect(plan(['zone: z}', 'zone: z, minDuration: 9s}'])).toEqual(exchange);
    expect(plan(['[1, 1]]', '[1, 0.9]]'])).toEqual(exchange);
  });

  it('exchanges a rule with a schedule where the time zone of the line changed, and one of whose masks changed', () => {
    const exchange = [{ kind: 'change_rules', moves: [{ camera: 'b.c', removed: ['s'], added: ['s'] }] }];
    const before = BASE.replace('camera: b.c}', 'camera: b.c, schedule: [{from: "06:00", to: "14:00"}]}');
    expect(planChange(config(before), config(`${before}shifts: {timeZone: Asia/Tokyo}\n`))).toEqual([
      ...exchange,
      { kind: 'restart_uplink' },
    ]);
    const masked = BASE.replace('zone: z}', 'masks: [z]}');
    expect(planChange(config(masked), config(masked.replace('[1, 1]]', '[1, 0.9]]')))).toEqual([
      { kind: 'change_rules', moves: [{ camera: 'a', removed: ['r'], added: ['r'] }] },
    ]);
  });

  it('moves a rule from one camera to another', () => {
    expect(plan(['camera: a, zone: z}', 'camera: b.c}'])).toEqual([
      {
        kind: 'change_rules',
        moves: [
          { camera: 'a', removed: ['r'], added: [] },
          { camera: 'b.c', removed: [], added: ['r'] },
        ],
      },
    ]);
  });

  it('replaces a camera that changed, and its rules with it', () => {
    expect(plan(['rtsp://h/2', 'rtsp://h/3'])).toEqual([cameras({ replaced: ['b.c'] })]);
    expect(plan(['rtsp://h/2', 'rtsp://h/3'], ['camera: b.c}', 'camera: b.c, severity: info}'])).toEqual([
      { kind: 'change_rules', moves: [{ camera: 'b.c', removed: ['s'], added: [] }] },
      cameras({ replaced: ['b.c'] }),
    ]);
  });

  it('replaces a camera whose model has the changed zone as its region', () => {
    const polygon = '{id: belt, polygon: [[0, 0], [1, 0], [1, 1]]}';
    expect(plan([polygon, polygon.replace('[1, 1]', '[1, 0.9]')])).toEqual([cameras({ replaced: ['b.c'] })]);
  });

  it('adds a camera with a model that no other camera has, and takes it out again', () => {
    const more = config(BASE.replace('rules:', '  - {id: d, url: rtsp://h/4, models: [sanitation]}\nrules:'));
    expect(planChange(config(BASE), more)).toEqual([cameras({ added: ['d'], models: ['sanitation'] })]);
    expect(planChange(more, config(BASE))).toEqual([cameras({ removed: ['d'], models: ['sanitation'] })]);
  });

  it('replaces a model with the cameras that use it', () => {
    expect(plan(['rules:', 'models: [{id: defect, ref: defect, minScore: 0.9}]\nrules:'])).toEqual([
      cameras({ replaced: ['b.c'], models: ['defect'] }),
    ]);
  });

  it('restarts the vision process for how models run, and then no camera alone', () => {
    const change = ['log:', 'inference: {precision: fp32}\nlog:'] as const;
    expect(plan(change, ['rtsp://h/2', 'rtsp://h/3'])).toEqual([{ kind: 'restart_vision' }]);
  });

  it('restarts the uplink and the status server each alone', () => {
    expect(plan(['mqtt://b', 'mqtt://c'])).toEqual([{ kind: 'restart_uplink' }]);
    expect(plan(['line: Packing', 'line: Filling'])).toEqual([{ kind: 'restart_uplink' }]);
    expect(plan(['log:', 'status: {listen: "127.0.0.1:0"}\nlog:'])).toEqual([{ kind: 'restart_status_server' }]);
  });

  it('restarts the line for the device and the storage, and takes no other step', () => {
    expect(plan(['device: line-1', 'device: line-2'], ['level: info', 'level: warn'])).toEqual([
      { kind: 'restart_line' },
    ]);
    expect(plan(['log:', 'storage: {journalQuota: 2GB}\nlog:'])).toEqual([{ kind: 'restart_line' }]);
  });
});

import { SecretText } from '@lineside/kit';
import { describe, expect, it } from 'vitest';
import { checkConfig, type Config, diffConfig } from './index.ts';

const BASE = `
device: line-1
cameras:
  - {id: a, url: "rtsp://u:one@h/1", models: [ppe], zones: [{id: z, polygon: [[0, 0], [1, 0], [1, 1]]}]}
  - {id: b.c, url: rtsp://h/2, models: [ppe]}
rules:
  - {id: r, type: missing_headwear, camera: a, zone: z}
log: {level: info}
`;

function config(text: string): Config {
  return checkConfig(text, { catalog: ['ppe'], env: {}, path: '/c.yaml' }).config;
}

function diff(from: string, to: string): ReturnType<typeof diffConfig> {
  const changed = BASE.replace(from, to);
  expect(changed).not.toBe(BASE);
  return diffConfig(config(BASE), config(changed));
}

describe('what a change restarts', () => {
  it('is nothing where nothing changed, also when the text did', () => {
    expect(diff('log: {level: info}', '# quiet\nlog: {}')).toEqual({ changes: [], restart: 'none' });
  });

  it('is nothing for the log level', () => {
    const change = { path: 'log.level', kind: 'changed', restart: 'none' };
    expect(diff('level: info', 'level: debug')).toMatchObject({ changes: [change], restart: 'none' });
  });

  it('is one camera for its own keys, also for a password that is never shown', () => {
    expect(diff('u:one@', 'u:two@').changes).toEqual([
      { path: 'cameras.a.url', steps: ['cameras', 'a', 'url'], kind: 'changed', restart: 'camera' },
    ]);
    expect(diff('id: b.c, ', 'id: b.c, fps: 9, ').changes).toEqual([
      { path: 'cameras.b.c.fps', steps: ['cameras', 'b.c', 'fps'], kind: 'changed', restart: 'camera' },
    ]);
  });

  it('is found for a password in a list whose entries have no id', () => {
    const plant = (password: string): Config => ({
      ...config(BASE),
      plant: [{ url: new SecretText(`opc.tcp://user:${password}@host`, 'url') }],
    });
    expect(diffConfig(plant('one'), plant('one')).changes).toEqual([]);
    expect(diffConfig(plant('one'), plant('two')).changes).toMatchObject([{ path: 'plant', kind: 'changed' }]);
  });

  it('is the rule for a rule and for a zone', () => {
    expect(diff('zone: z}', 'zone: z, minDuration: 9s}').changes).toMatchObject([
      { path: 'rules.r.minDuration', kind: 'changed', restart: 'rule' },
    ]);
    expect(diff('[1, 1]]', '[1, 0.9]]').changes).toMatchObject([
      { path: 'cameras.a.zones.z.polygon', restart: 'rule' },
    ]);
    expect(diff('  - {id: r, ', '  - {id: s, type: missing_headwear, camera: a}\n  - {id: r, ').changes).toMatchObject([
      { path: 'rules.s', kind: 'added', restart: 'rule' },
    ]);
  });

  it('is the process for the device, the uplink for the uplink, and the camera for one that is gone', () => {
    expect(diff('line-1', 'line-2').restart).toBe('process');
    expect(diff('log:', 'uplink: {broker: mqtt://b}\nlog:').restart).toBe('uplink');
    expect(diff('  - {id: b.c, url: rtsp://h/2, models: [ppe]}\n', '').changes).toMatchObject([
      { path: 'cameras.b.c', kind: 'removed', restart: 'camera' },
    ]);
  });
});

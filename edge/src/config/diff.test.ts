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

  it('is the process for the level of the log', () => {
    const change = { path: 'log.level', kind: 'changed', restart: 'process' };
    expect(diff('level: info', 'level: debug')).toEqual({ changes: [change], restart: 'process' });
  });

  it('is one camera for what belongs to it, a password that is never shown included', () => {
    expect(diff('u:one@', 'u:two@').changes).toEqual([
      { path: 'cameras.a.url', kind: 'changed', restart: 'camera', camera: 'a' },
    ]);
    expect(diff('id: b.c, ', 'id: b.c, fps: 9, ').changes).toEqual([
      { path: 'cameras.b.c.fps', kind: 'changed', restart: 'camera', camera: 'b.c' },
    ]);
    expect(diff('[1, 1]]', '[1, 0.9]]').changes).toMatchObject([{ restart: 'camera', camera: 'a' }]);
  });

  it('is the camera that a rule watches', () => {
    expect(diff('zone: z}', 'zone: z, longerThan: 9s}').changes).toEqual([
      { path: 'rules.r.longerThan', kind: 'changed', restart: 'camera', camera: 'a' },
    ]);
    expect(diff('  - {id: r, ', '  - {id: s, type: missing_headwear, camera: a}\n  - {id: r, ').changes).toEqual([
      { path: 'rules.s', kind: 'added', restart: 'camera', camera: 'a' },
    ]);
  });

  it('is the whole process for identity, uplink and the list of cameras', () => {
    expect(diff('line-1', 'line-2').restart).toBe('process');
    expect(diff('log:', 'uplink: {broker: mqtt://b}\nlog:').restart).toBe('process');
    expect(diff('  - {id: b.c, url: rtsp://h/2, models: [ppe]}\n', '').changes).toEqual([
      { path: 'cameras.b.c', kind: 'removed', restart: 'process' },
    ]);
  });
});

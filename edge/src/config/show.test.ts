import { inspect } from 'node:util';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { checkConfig, showConfig, toFileForm } from './index.ts';

it('no way of printing a configuration reveals a secret', () => {
  const text = [
    'device: line-1',
    'cameras: [{id: a, url: "rtsp://admin:geheim1@host/1", models: [ppe]}]',
    'uplink: {broker: "mqtt://u:geheim2@b", username: geheim3, password: geheim4}',
  ].join('\n');
  const { config } = checkConfig(text, { catalog: ['ppe'], env: {}, path: '/c.yaml' });
  const logged: string[] = [];
  pino({}, { write: (line: string) => logged.push(line) }).info({ config }, 'loaded');
  const printed = [
    showConfig(config),
    JSON.stringify(config),
    JSON.stringify(toFileForm(config)),
    inspect(config, { depth: 10, showHidden: true }),
    String(config.uplink?.password),
    String(config.cameras[0]?.url),
    ...logged,
  ].join('\n');
  expect(printed).not.toMatch(/geheim/);
  expect(printed).toContain('***');
});

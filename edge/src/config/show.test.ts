import { inspect } from 'node:util';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { checkConfig, showConfig, toFileForm } from './index.ts';

const SOURCES = { catalog: [], env: {}, path: '/c.yaml' };

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

it.each([
  'modbus+tcp://10.0.0.9/input:6?type=float32&order=CDAB&unit=1&every=200ms',
  'opc.tcp://10.0.0.9:4840?security=aes256&every=200ms#ns=2;s=Line.Speed',
  'zmq+tcp://127.0.0.1:5557/speed?every=100ms',
  'gpio:/dev/gpiochip0/line:17?active=low',
])('shows the point %s as it is written', (source) => {
  const { config } = checkConfig(`{device: line-1, signals: [{id: speed, source: '${source}'}]}`, SOURCES);
  expect(showConfig(config)).toContain(source);
});

it.each([
  ['opc.tcp://line:geheim@10.0.0.9:4840#ns=2;s=Line.Speed', 'opc.tcp://***@10.0.0.9:4840#ns=2;s=Line.Speed'],
  ['opc.tcp://line:ge/heim@10.0.0.9#i=85', 'opc.tcp://***@10.0.0.9#i=85'],
  ['mqtt://line:${env:PLANT}@10.0.0.9/plant/speed#gross', 'mqtt://***:${env:PLANT}@10.0.0.9/plant/speed#gross'],
  ['mqtts://line:ge/heim@10.0.0.9/plant/x?state=geheim/x', 'mqtts://***@10.0.0.9/plant/x?state=***'],
  ['mqtt://10.0.0.9/plant/geheim${env:TOPIC}/x', 'mqtt://10.0.0.9/plant/***${env:TOPIC}/x'],
  ['sparkplug+mqtt://line:geheim@10.0.0.9/dairy/filler#speed', 'sparkplug+mqtt://***@10.0.0.9/dairy/filler#speed'],
])('shows the source %s without what may be secret', (source, shown) => {
  const { config } = checkConfig(`{device: line-1, signals: [{id: speed, source: '${source}'}]}`, SOURCES);
  expect(showConfig(config)).toContain(`source: ${shown}`);
});

/**
 * `gpio:` digital inputs and outputs of this device: `gpio:/dev/gpiochip0/line:17`, with `?active=low` where the meaning is
 * turned round. Needs python3-libgpiod. Not tried on hardware: tested against an imitation of that library.
 */
import type { PointProtocol } from '../point-protocol.ts';
import { parseGpioPoint } from './gpio-point.ts';

const EVERY_MS = 50;
const FORM = /^gpio:(\/dev\/[\w-]+)(?:\/(line:\d{1,4}(?:\?active=(?:low|high))?))?$/;

export const gpio: PointProtocol = {
  schemes: ['gpio'],
  urlProblem: (url) =>
    FORM.exec(url)?.[2] === undefined
      ? 'names no line: write gpio:/dev/gpiochip0/line:17 or .../line:17?active=low'
      : undefined,
  connectionProblem: (url) => {
    const match = FORM.exec(url);
    return match === null || match[2] !== undefined ? 'names no chip: write gpio:/dev/gpiochip0' : undefined;
  },
  pointProblem: (text) => {
    const point = parseGpioPoint(text);
    return typeof point === 'string' ? point : undefined;
  },
  address: (url) => {
    const [, chip = '', point = ''] = FORM.exec(url) ?? [];
    return { connection: `gpio:${chip}`, point, everyMs: EVERY_MS };
  },
  blockAt: () => 0,
  connect: async (url, _tools, signal) => {
    const { GpioConnection } = await import('./gpio-connection.ts');
    return GpioConnection.open({ chip: FORM.exec(url)?.[1] ?? '' }, signal);
  },
};

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { type TempDir, tempDir } from '../../../../../tests/support/temp-dir.ts';
import { waitFor } from '../../../../../tests/support/wait-for.ts';
import { pointProtocolOf } from '../index.ts';
import { GpioConnection } from './gpio-connection.ts';

/** What python3-libgpiod offers, as far as it is used; each call is a line in a file. */
const COMMON = `
import os
def note(text):
    with open(os.environ["GPIO_LOG"], "a") as log:
        log.write(text + "\\n")
`;
const IMITATIONS = {
  '1.x': `${COMMON}
LINE_REQ_DIR_OUT, LINE_REQ_DIR_IN = 3, 2
class Line:
    def __init__(self, number):
        if number > 50: raise OSError("Invalid argument")
        self.number = number
    def request(self, consumer, type, default_vals=None):
        note(f"request {self.number} {'out' if type == LINE_REQ_DIR_OUT else 'in'}")
    def set_value(self, value): note(f"set {self.number} {value}")
    def get_value(self): return 1
class Chip:
    def __init__(self, name):
        if name != "gpiochip0": raise FileNotFoundError("no such chip")
    def get_line(self, number): return Line(number)
`,
  '2.x': `${COMMON}
class LineSettings:
    def __init__(self, direction): self.direction = direction
class Request:
    def __init__(self, number): self.number = number
    def set_value(self, number, value): note(f"set {number} {value.value}")
    def get_value(self, number):
        from gpiod.line import Value
        return Value.ACTIVE
class Chip: pass
def request_lines(path, consumer, config):
    if path != "/dev/gpiochip0": raise FileNotFoundError("no such chip")
    for number, settings in config.items():
        if number > 50: raise OSError("Invalid argument")
        note(f"request {number} {settings.direction.value}")
        return Request(number)
`,
} as const;
const LINE_MODULE = `
from enum import Enum
class Direction(Enum):
    OUTPUT = "out"
    INPUT = "in"
class Value(Enum):
    INACTIVE = 0
    ACTIVE = 1
`;

async function imitated(dir: TempDir, version: keyof typeof IMITATIONS): Promise<Readonly<Record<string, string>>> {
  await mkdir(dir.join('gpiod'));
  await writeFile(dir.join('gpiod/__init__.py'), IMITATIONS[version]);
  await writeFile(dir.join('gpiod/line.py'), LINE_MODULE);
  await writeFile(dir.join('log'), '');
  return { PYTHONPATH: dir.path, GPIO_LOG: dir.join('log') };
}

const NEVER = new AbortController().signal;

describe.each(['1.x', '2.x'] as const)('lines by an imitation of libgpiod %s', (version) => {
  it('are driven and read, refuse what they must, and go off when the connection is closed', async () => {
    await using dir = await tempDir();
    const env = await imitated(dir, version);
    const connection = await GpioConnection.open({ chip: '/dev/gpiochip0', env }, NEVER);
    await connection.write([
      { point: 'line:17', value: true },
      { point: 'line:18?active=low', value: true },
    ]);
    expect(await connection.read(['line:4', 'line:4?active=low', 'line:60', 'pin:1'])).toEqual([
      { value: true },
      { value: false },
      { bad: 'refused' },
      { bad: 'no_point' },
    ]);
    await expect(connection.write([{ point: 'line:60', value: true }])).rejects.toMatchObject({
      code: 'point_refused',
    });
    await expect(connection.write([{ point: 'line:17', value: 5 }])).rejects.toMatchObject({ code: 'point_value' });
    const log = async (): Promise<readonly string[]> => (await readFile(dir.join('log'), 'utf8')).trim().split('\n');
    expect(await log()).toEqual(['request 17 out', 'set 17 1', 'request 18 out', 'set 18 0', 'request 4 in']);
    connection.close();
    expect(await connection.ended).toMatchObject({ code: 'point_lost' });
    await waitFor('the lines to be off', async () => (await log()).slice(-2).join() === 'set 17 0,set 18 1');
    await expect(connection.read(['line:4'])).rejects.toMatchObject({ code: 'point_lost' });
  });

  it('are refused where there is no such chip, with the reason', async () => {
    await using dir = await tempDir();
    const env = await imitated(dir, version);
    const opened = GpioConnection.open({ chip: '/dev/gpiochip9', env }, NEVER);
    if (version === '1.x') await expect(opened).rejects.toMatchObject({ code: 'point_lost', message: /no such chip/ });
    else {
      const connection = await opened;
      await expect(connection.write([{ point: 'line:1', value: true }])).rejects.toMatchObject({
        code: 'point_refused',
      });
      connection.close();
    }
  });
});

it.each([
  ['gpio:/dev/gpiochip0/line:17', undefined, /names no chip/],
  ['gpio:/dev/gpiochip0', /names no line/, undefined],
  ['gpio:17', /names no line/, /names no chip/],
])('%s', (url, asPoint, asConnection) => {
  const protocol = pointProtocolOf(url);
  const check = (problem: string | undefined, wanted: RegExp | undefined): void => {
    if (wanted === undefined) expect(problem).toBeUndefined();
    else expect(problem).toMatch(wanted);
  };
  check(protocol?.urlProblem(url), asPoint);
  check(protocol?.connectionProblem(url), asConnection);
});

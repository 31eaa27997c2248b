import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { MachineReader } from './index.ts';

it('reads heat, memory, power mode and slowing down from files as a Jetson has them', async () => {
  await using dir = await tempDir();
  const files = {
    'proc/meminfo': 'MemTotal:        7860424 kB\nMemFree:          211012 kB\nMemAvailable:    4103260 kB\n',
    'sys/class/thermal/thermal_zone0/type': 'cpu-thermal\n',
    'sys/class/thermal/thermal_zone0/temp': '48250\n',
    'sys/class/thermal/thermal_zone10/type': 'tj-thermal\n',
    'sys/class/thermal/thermal_zone10/temp': '51500\n',
    'sys/class/thermal/thermal_zone2/type': 'cv0-thermal\n',
    'sys/class/thermal/thermal_zone2/temp': '-256000\n',
    'sys/class/thermal/cooling_device0/type': 'cpu-throttle-alert\n',
    'sys/class/thermal/cooling_device0/cur_state': '0\n',
    'var/lib/nvpmodel/status': 'pmode:0002 fmode:quiet\n',
    'etc/nvpmodel.conf': '< POWER_MODEL ID=0 NAME=15W >\nCPU_ONLINE CORE_0 1\n< POWER_MODEL ID=2 NAME=MAXN_SUPER >\n',
  };
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(dir.join(path)), { recursive: true });
    await writeFile(dir.join(path), text);
  };
  for (const [path, text] of Object.entries(files)) await write(path, text);
  let now = 0;
  const reader = new MachineReader({ root: dir.path, nowMs: () => now });
  expect(reader.facts()).toEqual({
    temperatures: [
      { name: 'cpu-thermal', celsius: 48.25 },
      { name: 'tj-thermal', celsius: 51.5 },
    ],
    memory: { totalBytes: 7860424 * 1024, availableBytes: 4103260 * 1024 },
    powerMode: 'MAXN_SUPER',
    throttled: false,
  });
  await write('sys/class/thermal/cooling_device0/cur_state', '3\n');
  expect(reader.facts().throttled).toBe(false);
  now = 5_000;
  expect(reader.facts().throttled).toBe(true);
});

it('leaves out what the computer does not report', async () => {
  await using dir = await tempDir();
  const reader = new MachineReader({ root: dir.path, nowMs: () => 0 });
  expect(reader.facts()).toEqual({ temperatures: [], throttled: false });
});

import type { Check } from '../check.ts';
import { found, ok } from '../finding.ts';
import type { MachineFiles } from './machine-files.ts';

const ZONES = 'sys/class/thermal';
/** Where a zone names no limit of its own, degrees Celsius. Jetson Orin slows down from 99 on. */
const CRITICAL = 95;
const NEAR = 10;
/** Sensors that are not connected report nonsense. */
const PLAUSIBLE = { least: -40, most: 150 };

interface Zone {
  readonly name: string;
  readonly degrees: number;
  readonly critical: number;
}

/** The hottest of the zones under /sys/class/thermal, against its own limit. */
export function temperatureCheck(files: MachineFiles): Check {
  return {
    name: 'temperature',
    deadlineMs: 10_000,
    run: async () => {
      const names = await files.names(ZONES, 'thermal_zone');
      const zones = (await Promise.all(names.map((name) => zoneOf(files, name)))).flat();
      const hottest = zones.toSorted((a, b) => a.critical - a.degrees - (b.critical - b.degrees))[0];
      if (hottest === undefined) return [ok('temperature', 'this machine reports none')];
      const { name, degrees, critical } = hottest;
      const text = `${name} ${degrees.toFixed(0)} °C, limit ${critical.toFixed(0)} °C`;
      if (degrees >= critical) return [found('temperature_critical', text)];
      return [degrees >= critical - NEAR ? found('temperature_high', text) : ok('temperature', text)];
    },
  };
}

async function zoneOf(files: MachineFiles, zone: string): Promise<readonly Zone[]> {
  const degrees = await degreesOf(files, `${ZONES}/${zone}/temp`);
  if (degrees === undefined) return [];
  const name = (await files.text(`${ZONES}/${zone}/type`)) ?? zone;
  const trips = await files.names(`${ZONES}/${zone}`, 'trip_point_');
  const limits = trips
    .filter((trip) => trip.endsWith('_type'))
    .map(async (trip) => {
      const type = await files.text(`${ZONES}/${zone}/${trip}`);
      if (type !== 'critical' && type !== 'hot') return [];
      return (await degreesOf(files, `${ZONES}/${zone}/${trip.replace('_type', '_temp')}`)) ?? [];
    });
  const known = (await Promise.all(limits)).flat().filter((limit) => limit > 0);
  return [{ name, degrees, critical: Math.min(CRITICAL, ...known) }];
}

async function degreesOf(files: MachineFiles, path: string): Promise<number | undefined> {
  const degrees = Number((await files.text(path)) ?? Number.NaN) / 1000;
  return degrees > PLAUSIBLE.least && degrees < PLAUSIBLE.most ? degrees : undefined;
}

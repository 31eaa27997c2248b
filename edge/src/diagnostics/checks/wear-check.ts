import type { Check } from '../check.ts';
import { type CheckFinding, found, ok } from '../finding.ts';
import type { MachineFiles } from './machine-files.ts';

const DISKS = 'sys/class/block';
/** Steps of ten per cent of the life that an eMMC has used (JEDEC JESD84-B51, DEVICE_LIFE_TIME_EST); 11 is beyond it. */
const WORN = 9;
const BEYOND = 11;

/** Wear of eMMC and SD memory: /sys/class/block/mmcblk0/device/life_time and pre_eol_info. NVMe tells only root. */
export function wearCheck(files: MachineFiles): Check {
  return {
    name: 'wear',
    deadlineMs: 5_000,
    run: async () => {
      const disks = (await files.names(DISKS, 'mmcblk')).filter((name) => /^mmcblk\d+$/.test(name));
      const findings = (await Promise.all(disks.map((disk) => wearOf(files, disk)))).flat();
      if (findings.length > 0) return findings;
      return [ok('wear', 'no disk of this machine says how worn it is to an ordinary user (NVMe: sudo smartctl -a)')];
    },
  };
}

async function wearOf(files: MachineFiles, disk: string): Promise<readonly CheckFinding[]> {
  const text = await files.text(`${DISKS}/${disk}/device/life_time`);
  if (text === undefined) return [];
  const used = Math.max(...text.split(/\s+/).map(Number));
  // 1 normal, 2 eighty per cent of the reserve used, 3 ninety.
  const reserve = Number((await files.text(`${DISKS}/${disk}/device/pre_eol_info`)) ?? 1);
  const what = used >= BEYOND ? 'beyond its life' : `${Math.max(0, used - 1) * 10} to ${used * 10} % of its life used`;
  const subject = { subject: disk };
  if (used >= BEYOND || reserve >= 3) return [found('disk_worn_out', what, subject)];
  return [used >= WORN || reserve === 2 ? found('disk_worn', what, subject) : ok('wear', what, disk)];
}

import { lookup } from 'node:dns/promises';
import { availableParallelism, networkInterfaces } from 'node:os';
import type { GstreamerCapabilities } from '../../camera/index.ts';
import type { DiskFigures } from './data-folder-check.ts';
import type { Lookup } from './dns-check.ts';
import { MachineFiles } from './machine-files.ts';
import type { Addresses } from './network-check.ts';

/** The parts of a machine that checks look at. */
export interface MachineView {
  /** Folder that stands for `/`. */
  readonly root: string;
  readonly files: MachineFiles;
  readonly cpus: number;
  readonly addresses: () => Addresses;
  readonly lookup: Lookup;
  readonly diskFigures?: (folder: string) => Promise<DiskFigures>;
  readonly gstreamer?: (signal: AbortSignal) => Promise<GstreamerCapabilities | undefined>;
}

/** The machine that this runs on. */
export function thisMachine(): MachineView {
  return {
    root: '/',
    files: new MachineFiles(),
    cpus: availableParallelism(),
    addresses: () =>
      Object.fromEntries(
        Object.entries(networkInterfaces()).map(([name, list = []]) => [
          name,
          list
            .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
            .map(({ address }) => address),
        ]),
      ),
    lookup: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
  };
}

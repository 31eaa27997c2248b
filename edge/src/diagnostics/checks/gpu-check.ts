import { type MachineFacts, readMachine } from '../../engines/index.ts';
import { messageOf, ProgramError, runProgram, systemCode } from '@lineside/kit';
import type { Check } from '../check.ts';
import { type CheckFinding, found, ok } from '../finding.ts';

export interface GpuSources {
  /** Where programs are looked for. */
  readonly path: string | undefined;
  /** Folder that stands for `/`. */
  readonly root: string;
  /** `inference.expectedProvider`, where it is set. */
  readonly expected: 'tensorrt' | 'cuda' | 'cpu' | undefined;
}

const ANSWER_MS = 10_000;
/** Releases of Jetson Linux that Lineside is built for: JetPack 6.2 and 7. */
const SUPPORTED = [/^36\.[4-9]/, /^3[89]\./];

/** GPU, TensorRT, JetPack and power mode. On a machine that expects neither, their absence is in order. */
export function gpuCheck({ path, root, expected }: GpuSources): Check {
  return {
    name: 'gpu',
    deadlineMs: 45_000,
    run: async (signal) => {
      const machine = await readMachine({ path, root, signal });
      const findings = [
        ...providerFindings(machine, expected),
        ...jetpackFindings(machine),
        ...(machine.l4t === undefined ? [] : await powerFindings(path, signal)),
      ];
      return findings.length > 0 ? findings : [ok('gpu', gpuText(machine))];
    },
  };
}

function gpuText({ gpu, l4t, tensorrt }: MachineFacts): string {
  if (gpu === 'unknown') return 'no GPU; models run on the CPU';
  const jetson = l4t === undefined ? '' : `, Jetson Linux ${l4t}`;
  return `${gpu}${jetson}, ${tensorrt === undefined ? 'no TensorRT' : `TensorRT ${tensorrt}`}`;
}

function providerFindings(machine: MachineFacts, expected: GpuSources['expected']): readonly CheckFinding[] {
  if (expected === undefined || expected === 'cpu') return [];
  const wanted = `inference.expectedProvider is ${expected}`;
  if (machine.gpu === 'unknown') return [found('gpu_missing', `${wanted}, and no NVIDIA GPU answers`)];
  if (expected !== 'tensorrt' || machine.tensorrt !== undefined) return [];
  return [found('tensorrt_missing', `${wanted}, and TensorRT is not installed`)];
}

function jetpackFindings({ l4t }: MachineFacts): readonly CheckFinding[] {
  if (l4t === undefined || SUPPORTED.some((release) => release.test(l4t))) return [];
  return [found('jetpack_unsupported', `Jetson Linux ${l4t}`)];
}

async function powerFindings(path: string | undefined, signal: AbortSignal): Promise<readonly CheckFinding[]> {
  const env = path === undefined ? {} : { PATH: path };
  try {
    const { stdout } = await runProgram('nvpmodel', ['-q'], { env, timeoutMs: ANSWER_MS, signal });
    const mode = /NV Power Mode: *(\S+)/.exec(stdout)?.[1] ?? 'unknown';
    return /^MAXN/i.test(mode) ? [] : [found('power_mode_low', `power mode ${mode}`)];
  } catch (error) {
    if (signal.aborted) throw error;
    const busy = error instanceof ProgramError && error.timedOut;
    const why = systemCode(error) === 'ENOENT' ? 'nvpmodel is not installed' : messageOf(error);
    return [found('power_mode_unknown', busy ? `busy: ${why}` : why)];
  }
}

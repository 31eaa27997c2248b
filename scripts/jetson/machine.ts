import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type FfmpegCapabilities, hasHardwareDecoders, probeFfmpeg } from '../../edge/src/camera/index.ts';
import { type MachineFacts } from '../../edge/src/engines/index.ts';
import { messageOf, systemClock } from '@lineside/kit';
import { type Evidence, missing, seen } from './report.ts';

const execute = promisify(execFile);

/** Which JetPack a release of Jetson Linux belongs to (developer.nvidia.com, JetPack archive). */
const JETPACKS: readonly (readonly [release: RegExp, jetpack: string])[] = [
  [/^36\.2/, '6.0'],
  [/^36\.4\.0/, '6.1'],
  [/^36\.4\.3/, '6.2'],
  [/^36\.4\.[47]/, '6.2.1'],
  [/^36\.5/, '6.2.2'],
  [/^38\.2/, '7.0'],
  [/^38\.4/, '7.1'],
  [/^39\.2/, '7.2'],
];

export function jetpackOf(l4t: string): string {
  return JETPACKS.find(([known]) => known.test(l4t))?.[1] ?? 'unknown';
}

/** Jetson Linux, JetPack, module, power mode, memory. */
export async function machineEvidence(machine: MachineFacts): Promise<readonly Evidence[]> {
  const { l4t, gpu, tensorrt, trtexec } = machine;
  const memory = `${(totalmem() / 1e9).toFixed(1)} GB`;
  const mode = await output('nvpmodel', ['-q']);
  return [
    l4t === undefined
      ? missing('Jetson Linux', 'there is no /etc/nv_tegra_release: this is no Jetson', 'run this on the Jetson')
      : seen('Jetson Linux', `${l4t}, JetPack ${jetpackOf(l4t)}`, { l4t, jetpack: jetpackOf(l4t) }),
    gpu === 'unknown'
      ? missing('module', 'no NVIDIA module or card gives its name', 'run this on the Jetson')
      : seen('module', gpu, { gpu }),
    seen('machine', `${process.arch}, kernel ${release()}, ${availableParallelism()} cores, ${memory}`),
    mode === undefined
      ? missing('power mode', 'nvpmodel is not there', 'part of Jetson Linux; rates depend on the mode')
      : seen('power mode', mode.split('\n').slice(0, 2).join(', ')),
    tensorrt === undefined
      ? missing('TensorRT', 'not installed', 'sudo apt install nvidia-tensorrt (JetPack)')
      : seen('TensorRT', tensorrt, { tensorrt }),
    trtexec === undefined
      ? missing('trtexec', 'not installed: no engine can be built', 'sudo apt install libnvinfer-bin')
      : seen('trtexec', trtexec),
    await swapEvidence(),
  ];
}

async function swapEvidence(): Promise<Evidence> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const gigabytes = Number(/^SwapTotal:\s*(\d+) kB/m.exec(text)?.[1] ?? 0) / 1e6;
  if (gigabytes >= 4) return seen('swap', `${gigabytes.toFixed(1)} GB`);
  return missing(
    'swap',
    `${gigabytes.toFixed(1)} GB: the builder may be ended for want of memory`,
    'a swap file of 8 GB or more',
  );
}

/** FFmpeg, its hardware decoders, and one that really decodes. */
export async function decoderEvidence(signal: AbortSignal): Promise<readonly Evidence[]> {
  let capabilities: FfmpegCapabilities;
  try {
    capabilities = await probeFfmpeg('ffmpeg', signal);
  } catch (error) {
    return [missing('FFmpeg', messageOf(error), 'sudo apt install ffmpeg')];
  }
  const hardware = [...capabilities.decoders].filter((name) => /_(?:nvv4l2dec|nvmpi|cuvid|v4l2m2m)$/.test(name));
  const found = seen('FFmpeg', capabilities.version, { version: capabilities.version, hardware });
  if (!hasHardwareDecoders(capabilities)) {
    const advice = "NVIDIA's FFmpeg of the Jetson repository, or jetson-ffmpeg";
    return [found, missing('hardware decoder', 'none that the appliance uses: cameras are decoded by the CPU', advice)];
  }
  return [found, seen('hardware decoders', hardware.join(', ')), await decodedClip(hardware, signal)];
}

/** Makes a clip and decodes it with each decoder for H.264. */
async function decodedClip(hardware: readonly string[], signal: AbortSignal): Promise<Evidence> {
  const folder = await mkdtemp(join(tmpdir(), 'jetson-check-'));
  const clip = join(folder, 'clip.mp4');
  try {
    const source = ['-f', 'lavfi', '-i', 'testsrc2=size=1920x1080:rate=25:duration=8'];
    const encode = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', clip];
    await execute('ffmpeg', ['-hide_banner', '-y', ...source, ...encode], { timeout: 120_000, signal });
    const tried: string[] = [];
    for (const decoder of hardware.filter((name) => name.startsWith('h264'))) {
      const startedMs = systemClock.monoMs();
      const decode = ['-hide_banner', '-c:v', decoder, '-i', clip, '-f', 'null', '-'];
      try {
        await execute('ffmpeg', decode, { timeout: 60_000, signal });
        const fps = 200 / ((systemClock.monoMs() - startedMs) / 1000);
        return seen('hardware decoding', `${decoder}: ${fps.toFixed(0)} frames a second of 1080p H.264`, {
          decoder,
          fps,
        });
      } catch (error) {
        tried.push(`${decoder}: ${messageOf(error).split('\n').at(-1) ?? ''}`);
      }
    }
    return missing('hardware decoding', tried.join('; ') || 'no decoder for H.264', 'look at the log of FFmpeg');
  } catch (error) {
    return missing(
      'hardware decoding',
      `no clip could be made: ${messageOf(error).split('\n')[0] ?? ''}`,
      'an FFmpeg with libx264',
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function output(command: string, args: readonly string[]): Promise<string | undefined> {
  return execute(command, [...args], { timeout: 10_000 }).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
}

import { runProgram } from '@lineside/kit';

const ANSWER_MS = 10_000;

/** What GStreamer on this machine can decode. */
export interface GstreamerCapabilities {
  readonly version: string;
  /** The decoder to use, by codec as FFmpeg names it. */
  readonly decoders: Readonly<Record<string, string>>;
  /** Those of them that decode with hardware. */
  readonly hardware: ReadonlySet<string>;
}

/** Elements that decode a codec, best first, with what stands before them in a pipeline. */
const DECODERS: Readonly<Record<string, readonly string[]>> = {
  h264: ['nvv4l2decoder', 'avdec_h264'],
  hevc: ['nvv4l2decoder', 'avdec_h265'],
};
const HARDWARE = ['nvv4l2decoder'];
/** Without one of these there is no pipeline. */
const NEEDED = ['rtspsrc', 'videorate', 'videoconvert', 'y4menc', 'fdsink'];

/** Asks GStreamer once; undefined where it is not installed, or lacks an element that every pipeline has. */
export async function probeGstreamer(signal?: AbortSignal): Promise<GstreamerCapabilities | undefined> {
  const ask = (command: string, args: readonly string[]): Promise<string | undefined> =>
    runProgram(command, args, { timeoutMs: ANSWER_MS, ...(signal && { signal }) }).then(
      ({ stdout }) => stdout,
      () => undefined,
    );
  const versionText = await ask('gst-launch-1.0', ['--version']);
  signal?.throwIfAborted();
  if (versionText === undefined) return undefined;
  const has = async (element: string): Promise<boolean> =>
    (await ask('gst-inspect-1.0', ['--exists', element])) !== undefined;
  const names = [...new Set([...NEEDED, ...Object.values(DECODERS).flat()])];
  const there = new Set((await Promise.all(names.map(async (name) => ((await has(name)) ? [name] : [])))).flat());
  signal?.throwIfAborted();
  if (NEEDED.some((name) => !there.has(name))) return undefined;
  const decoders = Object.entries(DECODERS).flatMap(([codec, elements]) => {
    const best = elements.find((element) => there.has(element));
    return best === undefined ? [] : [[codec, best] as const];
  });
  return {
    version: /(\d+\.\d+\.\d+)/.exec(versionText)?.[1] ?? 'unknown',
    decoders: Object.fromEntries(decoders),
    hardware: new Set(HARDWARE.filter((name) => there.has(name))),
  };
}

export interface PipelineRequest {
  /** What stands in the arguments. */
  readonly location: string;
  readonly transport: 'tcp' | 'udp';
  readonly codec: string;
  readonly decoder: string;
  /** Most frames a second. */
  readonly fps: number;
  /** Descriptor that gets the frames, each with a header (YUV4MPEG2): never stdout, where NVIDIA's libraries print. */
  readonly pipe: number;
}

/** Milliseconds that packets may be late before they count as lost. */
const LATENCY_MS = 200;

/** The arguments of `gst-launch-1.0` that decode a camera into uncompressed frames. */
export function pipelineArguments({ location, transport, codec, decoder, fps, pipe }: PipelineRequest): string[] {
  const kind = codec === 'hevc' ? 'h265' : codec;
  // One thread, as in FFmpeg: frame threads hold frames back. y4menc takes no rows with padding.
  const software = decoder.startsWith('avdec_') ? ['max-threads=1', 'direct-rendering=false'] : [];
  // What NVIDIA decodes lies in its own memory.
  const converter = decoder.startsWith('nv') ? 'nvvidconv' : 'videoconvert';
  return [
    ...['-q', 'rtspsrc', `location=${location}`, `protocols=${transport}`, `latency=${LATENCY_MS}`, '!'],
    ...[`rtp${kind}depay`, '!', `${kind}parse`, '!', decoder, ...software, '!'],
    ...['videorate', 'drop-only=true', '!', `video/x-raw,framerate=${Math.max(1, Math.round(fps * 1000))}/1000`, '!'],
    ...[converter, '!', 'video/x-raw,format=I420', '!', 'y4menc', '!', 'fdsink', `fd=${pipe}`, 'sync=false'],
  ];
}

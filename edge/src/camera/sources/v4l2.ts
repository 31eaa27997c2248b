import { AT_ONCE, type CameraSource, schemeOf } from './camera-source.ts';

/** FFmpeg's option for each of ours, and what its value may look like. */
const OPTIONS: Readonly<Record<string, { readonly option: string; readonly form: RegExp; readonly example: string }>> =
  {
    format: { option: '-input_format', form: /^[a-z0-9_]{2,16}$/, example: 'mjpeg' },
    size: { option: '-video_size', form: /^\d{2,5}x\d{2,5}$/, example: '1280x720' },
    rate: { option: '-framerate', form: /^\d{1,3}(?:\.\d{1,3})?$/, example: '25' },
  };
/** Formats in which a camera encodes its pictures itself. */
const ENCODED: ReadonlySet<string> = new Set(['mjpeg', 'h264', 'hevc']);

/** True for the path of a camera of this machine. */
export function isDevicePath(url: string): boolean {
  return /^\/dev\/(?:video\d+|v4l\/)/.test(url);
}

/**
 * A camera that is connected to this machine, by USB or CSI, through Video4Linux: `v4l2:/dev/video0`, or the path of the
 * device alone. What the driver is asked for: `?format=mjpeg&size=1280x720&rate=25`; its own choice where nothing is.
 */
export const v4l2: CameraSource = {
  schemes: ['v4l2'],
  isLive: true,
  hidesSilence: false,
  isMadeUp: false,
  hasEnd: false,
  hasStream: (url) => ENCODED.has(partsOf(url).options.get('format') ?? ''),
  problem: (url) => {
    const { device, options } = partsOf(url);
    if (!device.startsWith('/')) return 'names no device; write v4l2:/dev/video0';
    for (const [name, value] of options) {
      const known = OPTIONS[name];
      if (known === undefined) return `has the option ${name}, known are ${Object.keys(OPTIONS).join(', ')}`;
      if (!known.form.test(value)) return `has a ${name} that is none; write for example ${name}=${known.example}`;
    }
    return undefined;
  },
  inputArguments: ({ url }) => [...AT_ONCE, ...asked(url), '-i', partsOf(url).device],
  probeArguments: ({ url }) => [...asked(url), partsOf(url).device],
};

function asked(url: string): readonly string[] {
  const { options } = partsOf(url);
  return ['-f', 'v4l2', ...[...options].flatMap(([name, value]) => [OPTIONS[name]?.option ?? '', value])];
}

function partsOf(url: string): { readonly device: string; readonly options: ReadonlyMap<string, string> } {
  const rest = schemeOf(url) === 'v4l2' ? url.slice('v4l2:'.length) : url;
  const [path = '', query = ''] = rest.split('?', 2);
  // `v4l2:///dev/video0` is the same device.
  return { device: path.replace(/^\/\/(?=\/)/, ''), options: new Map(new URLSearchParams(query)) };
}

import type { FfmpegCapabilities } from './capabilities.ts';
import type { Region } from '../domain/index.ts';
import {
  type FrameFormat,
  isWhole,
  type OutputFormat,
  PICTURE_MAX_WIDTH,
  PIXEL_ASPECT_MAX,
  type WholeFormat,
} from './format.ts';
import { choiceExpression } from './frame-choice.ts';
import { sourceOf } from './sources/index.ts';

/** Which of the source's frames are wanted. */
export type FrameChoice =
  /** At most `fps` a second by the time of arrival, none twice, with its time on stderr. Fewer where the source has fewer. */
  | { readonly kind: 'live'; readonly fps: number }
  /** Exactly `fps` a second of the recording's clock, leaving out the first `skip`. */
  | { readonly kind: 'recording'; readonly fps: number; readonly skip: number }
  /** Every frame, with its time on stderr. */
  | { readonly kind: 'every' };

export interface FfmpegRequest {
  readonly url: string;
  readonly transport: 'tcp' | 'udp';
  readonly choice: FrameChoice;
  /** One output each, in this order, from `pipe:3` on. Parts of the picture need the picture beside them. */
  readonly formats: readonly OutputFormat[];
  /**
   * One more output, after the formats, in the source's aspect: for evidence as packed rgb or in planes of luma and colour
   * (`YuvMatrix`), or at full size as packed rgb.
   */
  readonly picture: 'none' | 'evidence' | 'evidence-yuv' | 'full';
  /**
   * Whether the shape of the source's pixels counts. For still images it does not: browsers, labelling tools and
   * training show every stored pixel as a square.
   */
  readonly pixelAspect: 'honour' | 'ignore';
  /** Plays a file as fast as it was recorded. */
  readonly paced: boolean;
  readonly loop: boolean;
  /** Silence after which FFmpeg gives the connection up. */
  readonly timeoutMs: number;
  /** Decoder to use instead of FFmpeg's own choice. */
  readonly decoder?: string;
  /** Only key frames are decoded, by software. */
  readonly keyFramesOnly?: boolean;
  /** The picture for evidence is at most this wide; `PICTURE_MAX_WIDTH` when left out. */
  readonly pictureWidth?: number | undefined;
  /** One more output, the last: the undecoded stream as fragmented MP4, a fragment for each group of pictures. */
  readonly copy?: boolean;
  /** One more output, after all others: a line of text for each packet that arrives, with its size and whether it is a key frame. */
  readonly packets?: boolean;
}

/**
 * Options of every conversion to rgb. Without the last two, swscale rounds down and shares colour between neighbouring
 * pixels, which shifts whole frames by up to 0.6 levels; see docs/decisions/0025.
 */
export const SCALE_FLAGS = 'flags=bilinear+accurate_rnd+full_chroma_int';

/**
 * To packed rgb, by way of planes: swscale has vector code for the conversion to planes, and none for packed pixels with a
 * colour of their own each, which took longer than decoding. Where the size changes the bytes are the same; at the source's
 * own size they are nearer to an exact conversion. See docs/decisions/0050.
 */
const packed = (color: 'rgb' | 'bgr'): string => `format=gbrp,scale=${SCALE_FLAGS},format=${color}24`;

/** First descriptor for pictures. Never stdout: NVIDIA's decoders print there. */
export const FIRST_PIPE = 3;

/** The command line of one FFmpeg child: one decode, every output of index n is the same source frame. */
export function ffmpegArguments(request: FfmpegRequest, capabilities: FfmpegCapabilities): string[] {
  const { labels, graph } = filterGraph(request, capabilities);
  const copy = request.copy === true ? copyArguments(FIRST_PIPE + labels.length) : [];
  return [
    ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'level+verbose'],
    ...inputArguments(request, capabilities),
    ...['-filter_complex_threads', '1', '-filter_complex', graph],
    ...labels.flatMap(({ label, pixels }, index) => [
      ...['-map', `[${label}]`, '-f', 'rawvideo', '-pix_fmt', pixels, ...capabilities.passthrough],
      // On several threads FFmpeg's rawvideo encoder keeps frames back, up to one per thread, and never catches up.
      ...['-threads', '1'],
      // Without this the tail of a frame waits in FFmpeg's buffer for the next frame.
      ...['-flush_packets', '1', `pipe:${FIRST_PIPE + index}`],
    ]),
    ...copy,
    ...(request.packets === true ? packetArguments(FIRST_PIPE + labels.length + (copy.length > 0 ? 1 : 0)) : []),
  ];
}

function packetArguments(pipe: number): readonly string[] {
  return ['-map', '0:v:0', '-c:v', 'copy', '-f', 'framecrc', '-flush_packets', '1', `pipe:${pipe}`];
}

function copyArguments(pipe: number): readonly string[] {
  const fragments = 'frag_keyframe+empty_moov+default_base_moof';
  return [
    ...['-map', '0:v:0', '-c:v', 'copy', '-f', 'mp4', '-movflags', fragments],
    ...['-flush_packets', '1', `pipe:${pipe}`],
  ];
}

function inputArguments(request: FfmpegRequest, { timeoutOption }: FfmpegCapabilities): string[] {
  const { url, transport, paced, loop, timeoutMs, decoder, keyFramesOnly } = request;
  return [
    // One thread: frame threads would hold back as many frames as there are threads.
    ...['-threads', '1', ...(decoder === undefined ? [] : ['-c:v', decoder])],
    ...(keyFramesOnly === true ? ['-skip_frame', 'nokey'] : []),
    ...sourceOf(url).inputArguments({ url, transport, timeoutOption, timeoutMs, paced, loop }),
  ];
}

/** How FFmpeg opens a file of images among several inputs. */
export function fileArguments(path: string, capabilities: FfmpegCapabilities): string[] {
  const { timeoutOption } = capabilities;
  // A file has neither transport nor time limit.
  const request = { url: path, transport: 'tcp', timeoutOption, timeoutMs: 0, paced: false, loop: false } as const;
  return ['-threads', '1', ...sourceOf(path).inputArguments(request)];
}

/** The filters of a still image for one format; the scaler called `name` logs the image's size. */
export function formatFilters(format: FrameFormat, name: string): string {
  return `${squareFilter('ignore', name)},${letterboxFilters(format)}`;
}

/** The filters of a still image's own pixels in rgb, those of a picture of the size `full`. */
export function fullFilters(name: string): string {
  return pictureFilters('full', PICTURE_MAX_WIDTH, name);
}

interface OutputLabel {
  readonly label: string;
  readonly pixels: 'rgb24' | 'bgr24' | 'yuv420p';
}

function filterGraph(
  request: FfmpegRequest,
  { timesFilter }: FfmpegCapabilities,
): { labels: OutputLabel[]; graph: string } {
  const branches: (OutputLabel & { readonly filters: string })[] = request.formats.map((format, index) => ({
    label: `m${index}`,
    pixels: format.color === 'rgb' ? 'rgb24' : 'bgr24',
    filters: isWhole(format) ? wholeFilters(format) : letterboxFilters(format),
  }));
  if (request.picture !== 'none') {
    const pixels = request.picture === 'evidence-yuv' ? 'yuv420p' : 'rgb24';
    branches.push({ label: 'picture', pixels, filters: pictureFilters(request.picture, request.pictureWidth) });
  }
  const split = branches.map(({ label }) => `[s_${label}]`).join('');
  const graph = [
    `[0:v:0]${choiceFilter(request.choice, timesFilter)},${squareFilter(request.pixelAspect)},split=${branches.length}${split}`,
    ...branches.map(({ label, filters }) => `[s_${label}]${filters}[${label}]`),
  ].join(';');
  return { labels: branches, graph };
}

function choiceFilter(choice: FrameChoice, timesFilter: FfmpegCapabilities['timesFilter']): string {
  switch (choice.kind) {
    case 'live':
      return [`select='${choiceExpression(choice.fps)}'`, ...(timesFilter === undefined ? [] : [timesFilter])].join(
        ',',
      );
    case 'recording':
      return `fps=${choice.fps}${choice.skip > 0 ? `,select='gte(n,${choice.skip})'` : ''}`;
    case 'every':
      return timesFilter ?? 'null';
  }
}

/**
 * Makes the pixels square: 704x576 with pixels of 16:11 becomes 1024x576. A frame whose pixels are square passes through
 * untouched. The named scaler logs the size, by which the source is known.
 */
function squareFilter(pixelAspect: FfmpegRequest['pixelAspect'], name = 'square'): string {
  const aspect = `if(between(sar,${1 / PIXEL_ASPECT_MAX},${PIXEL_ASPECT_MAX}),sar,1)`;
  const width = pixelAspect === 'ignore' ? 'iw' : `'max(1,trunc(iw*${aspect}+0.5))'`;
  return `scale@${name}=w=${width}:h=ih:${SCALE_FLAGS}`;
}

/** The same arithmetic as domain's `letterbox`, in FFmpeg's double precision. */
function letterboxFilters(format: FrameFormat): string {
  const { width, height, fill, anchor } = format;
  const ratio = `${anchor === 'cover' ? 'max' : 'min'}(${width}/iw,${height}/ih)`;
  const side = (length: string): string => `'max(1,trunc(${length}*${ratio}+0.5))'`;
  const offset = (outer: string, inner: string): string =>
    anchor === 'top-left' ? '0' : `'trunc((${outer}-${inner})/2)'`;
  const grey = `0x${fill.toString(16).padStart(2, '0').repeat(3)}`;
  if (anchor === 'stretch') {
    const fill = `scale=w=${width}:h=${height}:${SCALE_FLAGS}`;
    return [...cropFilters(format.region), fill, packed(format.color)].join(',');
  }
  const into =
    anchor === 'cover'
      ? `crop=${width}:${height}:'trunc((iw-ow)/2)':'trunc((ih-oh)/2)'`
      : `pad=${width}:${height}:${offset('ow', 'iw')}:${offset('oh', 'ih')}:color=${grey}`;
  return [
    ...cropFilters(format.region),
    `scale=w=${side('iw')}:h=${side('ih')}:${SCALE_FLAGS}`,
    // In rgb, so that the offsets need not be even, as they must with shared colour samples.
    packed(format.color),
    into,
  ].join(',');
}

function wholeFilters({ region, scale, color }: WholeFormat): string {
  const side = (length: string): string => `'max(1,trunc(${length}*${scale}+0.5))'`;
  const resize = scale === 1 ? [] : [`scale=w=${side('iw')}:h=${side('ih')}:${SCALE_FLAGS}`];
  return [...cropFilters(region), ...resize, packed(color)].join(',');
}

/** The same arithmetic as domain's `regionRect`. */
function cropFilters(region: Region | undefined): readonly string[] {
  if (region === undefined) return [];
  const [x1, y1, x2, y2] = region;
  const low = (fraction: number, side: string): string =>
    `max(0,min(floor(${fraction}*${side}/2)*2,floor((${side}-1)/2)*2))`;
  const high = (fraction: number, side: string): string => `min(${side},ceil(${fraction}*${side}/2)*2)`;
  const extent = (from: number, to: number, side: string): string => `'max(1,${high(to, side)}-${low(from, side)})'`;
  return [`crop=w=${extent(x1, x2, 'iw')}:h=${extent(y1, y2, 'ih')}:x='${low(x1, 'iw')}':y='${low(y1, 'ih')}':exact=1`];
}

function pictureFilters(
  picture: 'evidence' | 'evidence-yuv' | 'full',
  most = PICTURE_MAX_WIDTH,
  name = 'picture',
): string {
  const width = picture === 'full' ? 'iw' : `min(iw,${most})`;
  const scale = `scale@${name}=w='${width}':h='max(1,trunc(ih*${width}/iw+0.5))':${SCALE_FLAGS}`;
  // The matrix stays the source's, as `StderrReader` reads it; the range becomes the limited one.
  return picture === 'evidence-yuv' ? `${scale}:out_range=tv,format=yuv420p` : `${scale},${packed('rgb')}`;
}

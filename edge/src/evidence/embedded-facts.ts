/** A box on a picture, in pixels of the source frame, as it is drawn on request. */
export interface EmbeddedBox {
  readonly box: readonly [x1: number, y1: number, x2: number, y2: number];
  readonly text: string;
  readonly colour: 'good' | 'bad' | 'plain';
}

/** What a snapshot or clip says of itself. */
export interface EmbeddedFacts {
  readonly camera: string;
  readonly event: string;
  /** Wall time of the frame, or of the beginning of the clip, in milliseconds since 1970, and how far it can be trusted. */
  readonly atMs: number;
  readonly clock: string;
  /** What was covered for privacy. */
  readonly privacy?: string;
  /** Size in whose pixels the boxes are. */
  readonly source?: { readonly width: number; readonly height: number };
  readonly boxes?: readonly EmbeddedBox[];
}

/** Before an XMP packet in a JPEG (XMP part 3, 1.1.3); the byte after it is 0. */
const XMP_NAME = Buffer.from('http://ns.adobe.com/xap/1.0/\0', 'latin1');
/** Name of the box with an XMP packet in an MP4 (XMP part 3, 1.1.4). */
const XMP_UUID = Buffer.from('be7acfcb97a942e89c71999491e3afac', 'hex');
const SEGMENT_MAX = 0xff_ff - 2;

/**
 * The JPEG with its facts as XMP, which image viewers read, and with a small JPEG (base64) of the same frame where there is
 * one. What does not fit is left out, the small JPEG first, then the boxes; bytes that are no JPEG stay as they are.
 */
export function withJpegFacts(jpeg: Buffer, facts: EmbeddedFacts, thumbnail?: string): Buffer {
  if (jpeg[0] !== 0xff || jpeg[1] !== 0xd8) return jpeg;
  const payload = [packetOf(facts, thumbnail), packetOf(facts), packetOf({ ...facts, boxes: [] })]
    .map((packet) => Buffer.concat([XMP_NAME, packet]))
    .find(({ length }) => length <= SEGMENT_MAX);
  if (payload === undefined) return jpeg;
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(payload.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, payload, jpeg.subarray(2)]);
}

/** The MP4 with its facts as XMP in a box at its end. Other bytes stay as they are. */
export function withVideoFacts(mp4: Uint8Array, facts: EmbeddedFacts): Buffer {
  if (Buffer.from(mp4.subarray(4, 8)).toString('latin1') !== 'ftyp') return Buffer.from(mp4);
  const packet = packetOf(facts);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(head.length + XMP_UUID.length + packet.length);
  head.write('uuid', 4, 'latin1');
  return Buffer.concat([mp4, head, XMP_UUID, packet]);
}

/** What `withJpegFacts` or `withVideoFacts` wrote; undefined for files without it. */
export function embeddedFacts(file: Buffer): EmbeddedFacts | undefined {
  const start = file.indexOf('lineside:facts="');
  if (start < 0) return undefined;
  const from = start + 'lineside:facts="'.length;
  const end = file.indexOf('"', from);
  if (end < 0) return undefined;
  try {
    const facts: unknown = JSON.parse(unescaped(file.toString('utf8', from, end)));
    return isFacts(facts) ? facts : undefined;
  } catch {
    // A file of someone else, or cut off: it has no facts of ours.
    return undefined;
  }
}

function isFacts(value: unknown): value is EmbeddedFacts {
  if (typeof value !== 'object' || value === null) return false;
  return 'camera' in value && typeof value.camera === 'string' && 'atMs' in value && typeof value.atMs === 'number';
}

/** An XMP packet: date, description and small picture for every viewer, and the facts as JSON for programs. */
function packetOf(facts: EmbeddedFacts, thumbnail?: string): Buffer {
  const { camera, event, atMs, clock } = facts;
  const date = new Date(atMs).toISOString();
  const text = `camera ${camera}, event ${event}, ${date}, clock ${clock}`;
  return Buffer.from(
    `<x:xmpmeta xmlns:x="adobe:ns:meta/">` +
      `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""` +
      ` xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:lineside="urn:lineside:1" xmlns:xmpGImg="http://ns.adobe.com/xap/1.0/g/img/"` +
      ` xmp:CreateDate="${date}" lineside:facts="${escaped(JSON.stringify(facts))}">` +
      `<dc:description><rdf:Alt><rdf:li xml:lang="x-default">${escaped(text)}</rdf:li></rdf:Alt></dc:description>` +
      (thumbnail === undefined ? '' : thumbnailOf(thumbnail)) +
      `</rdf:Description></rdf:RDF></x:xmpmeta>`,
  );
}

/** XMP part 1, 8.4. */
function thumbnailOf(base64: string): string {
  const image = `<xmpGImg:format>JPEG</xmpGImg:format><xmpGImg:image>${base64}</xmpGImg:image>`;
  return `<xmp:Thumbnails><rdf:Alt><rdf:li rdf:parseType="Resource">${image}</rdf:li></rdf:Alt></xmp:Thumbnails>`;
}

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' } as const;

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character as keyof typeof ENTITIES]);
}

function unescaped(text: string): string {
  const characters = new Map(Object.entries(ENTITIES).map(([character, entity]) => [entity as string, character]));
  return text.replace(/&(?:amp|lt|gt|quot);/g, (entity) => characters.get(entity) ?? entity);
}

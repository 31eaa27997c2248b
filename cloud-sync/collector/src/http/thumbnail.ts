import type { MediaCatalogue, MediaStore } from '../media/index.ts';

/** Devices write the small picture of a snapshot into its first segment, which has at most 64 KiB. */
const HEAD_BYTES = 66 * 1024;
const IMAGE = /<xmpGImg:image>([A-Za-z0-9+/]+={0,2})<\/xmpGImg:image>/;

/**
 * The small JPEG that a device has written into a snapshot; undefined where there is none. Nothing is decoded: pictures of
 * devices are never given to an image library here.
 */
export async function thumbnailOf(
  { catalogue, media }: { readonly catalogue: Pick<MediaCatalogue, 'get'>; readonly media: MediaStore },
  sha256: string,
): Promise<Buffer | undefined> {
  const row = /^[0-9a-f]{64}$/.test(sha256) ? await catalogue.get(sha256) : undefined;
  if (row?.mime !== 'image/jpeg') return undefined;
  const stream = await media.open(sha256, { start: 0, end: Math.min(HEAD_BYTES, row.bytes) - 1 });
  if (stream === undefined) return undefined;
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  const text = IMAGE.exec(Buffer.concat(chunks).toString('latin1'))?.[1];
  const jpeg = Buffer.from(text ?? '', 'base64');
  return jpeg[0] === 0xff && jpeg[1] === 0xd8 ? jpeg : undefined;
}

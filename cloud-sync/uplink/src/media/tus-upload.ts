/** One request of the protocol; rejects as fetch does. */
export type Ask = (
  method: 'HEAD' | 'POST' | 'PATCH',
  url: string,
  headers: Readonly<Record<string, string>>,
  body?: Uint8Array,
) => Promise<Response>;

export interface TusUpload {
  /** `${uploadUrl}/${device}`: where uploads are created; each then has an address under it, with its hash. */
  readonly at: string;
  readonly sha256: string;
  readonly bytes: Uint8Array;
  readonly pieceBytes: number;
  readonly ask: Ask;
  /** Resolves when so many bytes may be sent. */
  readonly allowed: (bytes: number) => Promise<void>;
}

const CREATED = 201;
const WRITTEN = 204;
const GONE: readonly number[] = [404, 410];
/** 409: the server holds another number of bytes. 423: the server is still ending an earlier request of this device. */
const ASK_AGAIN: readonly number[] = [409, 423];
const MOST_DETOURS = 4;

/**
 * Uploads in pieces and continues where an earlier attempt ended, whichever side was away: tus 1.0.0 (core protocol
 * and creation). An upload's address follows from its hash, so nothing needs to be remembered between attempts.
 * Resolves with the HTTP status that ended it: 201 once the server confirms that all bytes are stored.
 */
export async function tusUpload(upload: TusUpload): Promise<number> {
  const { at, sha256, bytes, pieceBytes, ask, allowed } = upload;
  const url = `${at}/${sha256}`;
  let offset: number | undefined;
  for (let detours = 0; detours < MOST_DETOURS; ) {
    if (offset === undefined) {
      const found = await findOrCreate(upload, url);
      if (found.offset === undefined) return found.status;
      offset = found.offset;
    }
    if (offset >= bytes.length) return CREATED;
    const piece = bytes.subarray(offset, offset + pieceBytes);
    await allowed(piece.length);
    const headers = { 'content-type': 'application/offset+octet-stream', 'upload-offset': String(offset) };
    const { status, headers: answered } = await ask('PATCH', url, headers, piece);
    if (status === WRITTEN) {
      const next = Number(answered.get('upload-offset') ?? Number.NaN);
      // A piece that does not advance the offset would be sent for ever.
      if (next > offset) offset = next;
      else detours += 1;
    } else if (GONE.includes(status) || ASK_AGAIN.includes(status)) {
      detours += 1;
      offset = undefined;
    } else return status;
  }
  return ASK_AGAIN[1] ?? 423;
}

async function findOrCreate(
  { at, sha256, bytes, ask }: TusUpload,
  url: string,
): Promise<{ readonly offset?: number; readonly status: number }> {
  const { status, headers } = await ask('HEAD', url, {});
  const offset = Number(headers.get('upload-offset') ?? Number.NaN);
  if (status === 200 && Number.isSafeInteger(offset)) return { offset, status };
  if (!GONE.includes(status)) return { status: status === 200 ? 502 : status };
  const metadata = `sha256 ${Buffer.from(sha256).toString('base64')}`;
  const created = await ask('POST', at, { 'upload-length': String(bytes.length), 'upload-metadata': metadata });
  return created.status === CREATED ? { offset: 0, status: CREATED } : { status: created.status };
}

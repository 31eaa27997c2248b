const DELIMITER = Buffer.of(0, 0, 1, 9);
/** Where a unit's own delimiter cannot be any more. */
const PAST_OWN = 2;
/** Far above any picture here; a stream without delimiters must not fill the memory. */
const MAX_UNIT_BYTES = 32 << 20;

/**
 * Cuts a byte stream of Annex B into access units. The stream must carry access unit delimiters (x264's `aud=1`, or
 * FFmpeg's `-bsf:v h264_metadata=aud=insert`). A unit is known to be complete when the next one begins, so each comes one
 * picture late; the last ends with the stream.
 */
export async function* accessUnits(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  let pending: Buffer = Buffer.alloc(0);
  let searched = PAST_OWN;
  for await (const chunk of chunks) {
    pending = Buffer.concat([pending, chunk]);
    for (;;) {
      const at = pending.indexOf(DELIMITER, searched);
      if (at === -1) break;
      // The zero before it makes its start code a long one.
      const cut = pending[at - 1] === 0 ? at - 1 : at;
      yield pending.subarray(0, cut);
      pending = pending.subarray(cut);
      searched = PAST_OWN;
    }
    if (pending.length > MAX_UNIT_BYTES) throw new Error('the stream carries no access unit delimiters');
    // A delimiter may lie across two chunks.
    searched = Math.max(PAST_OWN, pending.length - DELIMITER.length + 1);
  }
  if (pending.length > 0) yield pending;
}

/** One coded picture. */
export interface AccessUnit {
  /** NAL units with start codes (H.264 Annex B). */
  readonly annexB: Buffer;
  /** When the picture is shown, in seconds from any zero, rising. */
  readonly timestampSeconds: number;
  /** True when decoding can start here. */
  readonly key: boolean;
}

/** Something that gives H.264 in real time: the server sends each unit as it arrives. */
export interface H264Source {
  readonly fps: number;
  /** RTP time of the first unit, 0 to 2^32 - 1; drawn at random when left out (RFC 3550, 5.1). */
  readonly rtpStart?: number;
  /** Opens it; ends when the signal aborts or the source has no more. */
  open(signal: AbortSignal): AsyncIterable<AccessUnit>;
}

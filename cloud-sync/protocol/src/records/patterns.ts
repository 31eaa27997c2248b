/** 64 hex digits. */
export const SHA256_PATTERN = /^[0-9a-f]{64}$/;

/** 16 hex digits, drawn when a journal file is created. */
export const EPOCH_PATTERN = /^[0-9a-f]{16}$/;

/** RFC 9562, section 4: versions 1 to 8 of its variant, nil and max. */
export const UUID_PATTERN =
  /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}|0{8}-(?:0{4}-){3}0{12}|f{8}-(?:f{4}-){3}f{12})$/i;

/** One to sixteen `epoch:number`, separated by commas. */
export const EARLIER_PATTERN = /^[0-9a-f]{16}:[1-9]\d{0,14}(?:,[0-9a-f]{16}:[1-9]\d{0,14}){0,15}$/;

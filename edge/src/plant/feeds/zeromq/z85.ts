const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#';
const BASE = 85;

/** The bytes of a text in Z85 (rfc.zeromq.org/spec/32); its length is a multiple of 5, its characters were checked. */
export function bytesOfZ85(text: string): Uint8Array {
  const bytes = Buffer.alloc((text.length / 5) * 4);
  for (let at = 0; at < text.length; at += 5) {
    let value = 0;
    for (const digit of text.slice(at, at + 5)) value = value * BASE + DIGITS.indexOf(digit);
    bytes.writeUInt32BE(value % 0x1_0000_0000, (at / 5) * 4);
  }
  return bytes;
}

import { z } from 'zod';
import { DeviceId } from './device-id.ts';

/** Crockford's base 32: no I, L, O and U, so that a code can be read aloud and typed. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const SECRET_LENGTH = 16;
const MARK_LENGTH = 22;
/** The largest prime below 32 * 32: two digits hold the remainder, which differs after any single wrong digit. */
const CHECK_MODULUS = 1021;

/** Bytes of randomness that a claim's secret needs: 80 bits. */
export const CLAIM_SECRET_BYTES = 10;

/** Where a device enrols, on the collector's own TLS listener. */
export const ENROLL_PATH = '/enroll';

/** What a claim code says. */
export interface ClaimCode {
  /** Known to the collector by its hash; 16 digits. */
  readonly secret: string;
  /** The beginning (110 bits) of the SHA-256 fingerprint of the collector's certificate authority; 22 digits. */
  readonly authority: string;
}

/** `bytes` as digits of a claim code, five bits each; bits that fill no digit are left out. */
function claimDigits(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += DIGITS[(held >> bits) & 31] ?? '';
    }
    held &= 31;
  }
  return text;
}

/** The secret of a claim from `CLAIM_SECRET_BYTES` random bytes. */
export function claimSecret(random: Uint8Array): string {
  return claimDigits(random).slice(0, SECRET_LENGTH);
}

/** How a claim code names a certificate authority, from the SHA-256 of its certificate (DER). */
export function authorityMark(sha256: Uint8Array): string {
  return claimDigits(sha256).slice(0, MARK_LENGTH);
}

/** The code as people get it: ten groups of four, the last two digits a check against wrong typing. */
export function writeClaimCode({ secret, authority }: ClaimCode): string {
  const body = `${secret}${authority}`;
  return `${body}${checkOf(body)}`.replace(/(.{4})(?=.)/g, '$1-');
}

/** Reads a code however it was typed (case, dashes, blanks, O for 0, I or L for 1); undefined where it cannot be one. */
export function readClaimCode(text: string): ClaimCode | undefined {
  if (text.length > 200) return undefined;
  const digits = text.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
  if (!/^[0-9A-HJKMNP-TV-Z]{40}$/.test(digits)) return undefined;
  const body = digits.slice(0, SECRET_LENGTH + MARK_LENGTH);
  if (checkOf(body) !== digits.slice(body.length)) return undefined;
  return { secret: body.slice(0, SECRET_LENGTH), authority: body.slice(SECRET_LENGTH) };
}

function checkOf(body: string): string {
  let rest = 0;
  for (const digit of body) rest = (rest * 32 + DIGITS.indexOf(digit)) % CHECK_MODULUS;
  return `${DIGITS[rest >> 5] ?? ''}${DIGITS[rest & 31] ?? ''}`;
}

const pem = z.string().max(8192);

/** What a device sends: who it is, the claim, its public key, and the password that it chose for pictures and broker. */
export const EnrolmentRequest = z.strictObject({
  v: z.literal(1),
  device: DeviceId,
  secret: z.string().regex(/^[0-9A-HJKMNP-TV-Z]{16}$/, 'must be the secret of a claim code'),
  /** PKCS #10, PEM; its common name is the device. The private key never leaves the device. */
  request: pem,
  /** 192 random bits, made on the device: an answer that is lost or read by somebody else tells nothing. */
  password: z.string().regex(/^[A-Za-z0-9_-]{32}$/, 'must be 24 random bytes in base64url'),
});
export type EnrolmentRequest = z.infer<typeof EnrolmentRequest>;

/** What the collector answers. Nothing in it is secret. */
export const EnrolmentAnswer = z.object({
  v: z.literal(1),
  device: DeviceId,
  /** URL of the broker. */
  broker: z.string().max(300),
  /** The device's certificate, where devices identify themselves by one; PEM. */
  certificate: pem.optional(),
  /** The authority that signed the broker's certificate, where that is the collector's own; PEM. */
  ca: pem.optional(),
  /** What the person who made the claim calls the line and its site. */
  line: z.string().max(128).optional(),
  site: z.string().max(128).optional(),
});
export type EnrolmentAnswer = z.infer<typeof EnrolmentAnswer>;

import { pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(pbkdf2);
// Passwords are 192 random bits, so the cost of one guess does not matter; the time for all devices of a plant to
// reconnect does.
const ITERATIONS = 1000;
const KEY_BYTES = 64;
/** Mosquitto 2.0 takes no other length. */
const SALT_BYTES = 12;

/** A random password: 192 bits, 32 characters without padding. */
export function makePassword(): string {
  return randomBytes(24).toString('base64url');
}

/** `password` in Mosquitto's form `$7$iterations$salt$key` (PBKDF2 with SHA-512). */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password, salt, ITERATIONS, KEY_BYTES, 'sha512');
  return `$7$${ITERATIONS}$${salt.toString('base64')}$${key.toString('base64')}`;
}

/** True when `password` has the hash `hash`; takes the same time wherever they differ. */
export async function matchesPassword(password: string, hash: string): Promise<boolean> {
  const [, form, iterations, salt, key] = hash.split('$');
  if (form !== '7' || iterations === undefined || salt === undefined || key === undefined) return false;
  const expected = Buffer.from(key, 'base64');
  const found = await derive(password, Buffer.from(salt, 'base64'), Number(iterations), expected.length, 'sha512');
  return timingSafeEqual(found, expected);
}

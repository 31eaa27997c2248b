import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(argon2);
/** OWASP's second choice for Argon2id: 19 MiB, 2 passes, 1 lane. A Jetson beside its models can spare that. */
const COST = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const KEY_BYTES = 32;
const SALT_BYTES = 16;

/** Why `password` is none that an account may have, or undefined. Length counts; rules for characters do not (NIST SP 800-63B). */
export function passwordProblem(password: string): string | undefined {
  if (password.length < 10) return 'a password has at least 10 characters';
  if (password.length > 256) return 'a password has at most 256 characters';
  return new Set(password).size < 5 ? 'a password has at least 5 different characters' : undefined;
}

/** `password` in the form `$argon2id$v=19$m=19456,t=2,p=1$salt$key`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await keyOf(password, salt, COST, KEY_BYTES);
  const { memory, passes, parallelism } = COST;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${plain(salt)}$${plain(key)}`;
}

/** Whether `password` has the hash; takes the same time wherever they differ. False for a text that is no hash. */
export async function matchesPassword(password: string, hash: string): Promise<boolean> {
  const match = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([\w+/]+)\$([\w+/]+)$/.exec(hash);
  const [, memory, passes, parallelism, salt = '', key = ''] = match ?? [];
  if (match === null) return false;
  const cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  const expected = Buffer.from(key, 'base64');
  const found = await keyOf(password, Buffer.from(salt, 'base64'), cost, expected.length);
  return timingSafeEqual(found, expected);
}

async function keyOf(
  password: string,
  nonce: Buffer,
  cost: { readonly memory: number; readonly passes: number; readonly parallelism: number },
  tagLength: number,
): Promise<Buffer> {
  return derive('argon2id', { message: password.normalize('NFC'), nonce, tagLength, ...cost });
}

const plain = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { makePrivateFolderSync, messageOf, systemCode, writeFileAtomic } from '@lineside/kit';
import { AccessError } from './errors.ts';
import { ROLES } from './roles.ts';

/** Small letters first, so that no two names look alike and none looks like an option. */
export const NAME = /^[a-z0-9][a-z0-9._-]{0,31}$/;

const Account = z.strictObject({
  name: z.string().regex(NAME),
  role: z.enum(ROLES),
  password: z.string(),
  madeAtMs: z.number(),
});

const WallToken = z.strictObject({ name: z.string().regex(NAME), sha256: z.string(), madeAtMs: z.number() });

const AccessState = z.strictObject({
  v: z.literal(1),
  /** Where the page is served to the network; absent while it is not. */
  listen: z.strictObject({ host: z.string(), port: z.int().min(0).max(65_535) }).optional(),
  /** Names under which it may be asked for, beside its addresses. */
  hosts: z.array(z.string()),
  accounts: z.array(Account),
  tokens: z.array(WallToken),
});
export type AccessState = z.infer<typeof AccessState>;
export type Account = AccessState['accounts'][number];

/** Nobody, and closed. */
export const NOTHING: AccessState = { v: 1, hosts: [], accounts: [], tokens: [] };

/** Accounts, tokens and certificate, in files that only the user of the service reads: `access/` of the data folder. */
export class AccessFile {
  readonly #folder: string;

  constructor(dataFolder: string) {
    this.#folder = join(dataFolder, 'access');
  }

  /** Throws `access_unusable` for a file that cannot be understood: nobody gets in by damaging it. */
  read(): AccessState {
    const path = join(this.#folder, 'access.json');
    try {
      return AccessState.parse(JSON.parse(readFileSync(path, 'utf8')));
    } catch (cause) {
      if (systemCode(cause) === 'ENOENT') return NOTHING;
      throw new AccessError({
        code: 'access_unusable',
        message: `${path} cannot be used: ${messageOf(cause)}`,
        advice: 'restore it from a backup, or remove it and run lineside access enable',
        cause,
      });
    }
  }

  async write(state: AccessState): Promise<void> {
    makePrivateFolderSync(this.#folder, 0o700);
    await writeFileAtomic(join(this.#folder, 'access.json'), `${JSON.stringify(state, undefined, 2)}\n`, {
      mode: 0o600,
    });
  }

  identity(): { readonly cert: string; readonly key: string } | undefined {
    const [cert, key] = [join(this.#folder, 'tls.crt'), join(this.#folder, 'tls.key')];
    if (!existsSync(cert) || !existsSync(key)) return undefined;
    return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
  }

  async keepIdentity({ cert, key }: { readonly cert: string; readonly key: string }): Promise<void> {
    makePrivateFolderSync(this.#folder, 0o700);
    await writeFileAtomic(join(this.#folder, 'tls.key'), key, { mode: 0o600 });
    await writeFileAtomic(join(this.#folder, 'tls.crt'), cert, { mode: 0o644 });
  }
}

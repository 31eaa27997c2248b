import type { TlsIdentity } from './certificate.ts';
import type { Role } from './roles.ts';

/** What the owner of the device asks for, over the control socket; `by`: the user of the machine. */
export type AccessCommand =
  | {
      readonly action: 'enable';
      readonly by: string;
      readonly listen: { readonly host: string; readonly port: number };
      /** Names under which the page may be asked for, beside the addresses of the device. */
      readonly hosts: readonly string[];
      /** The site's certificate; without it one is made. */
      readonly identity?: TlsIdentity;
    }
  | { readonly action: 'disable'; readonly by: string }
  /** A code for a new account, or for a new password of one that is there. */
  | { readonly action: 'invite'; readonly by: string; readonly role?: Role; readonly name?: string }
  | {
      readonly action: 'remove_account' | 'end_sessions' | 'add_token' | 'remove_token';
      readonly by: string;
      readonly name: string;
    }
  | { readonly action: 'set_role'; readonly by: string; readonly name: string; readonly role: Role };

/** What an admin may ask for on the page; opening and closing the page itself is for the owner of the device. */
export type AccountCommand = Exclude<AccessCommand, { readonly action: 'enable' | 'disable' }>;

/** What the command line shows. */
export interface AccessView {
  readonly enabled: boolean;
  readonly addresses: readonly string[];
  /** SHA-256 of the certificate; absent before there is one. */
  readonly fingerprint?: string;
  readonly accounts: readonly {
    readonly name: string;
    readonly role: Role;
    readonly madeAtMs: number;
    /** Sessions that are open. */
    readonly sessions: number;
  }[];
  readonly tokens: readonly { readonly name: string; readonly madeAtMs: number }[];
}

/** The answer to a command, with what is shown once. */
export interface AccessAnswer extends AccessView {
  readonly setup?: { readonly code: string; readonly validMs: number };
  /** Of a wall screen. */
  readonly token?: string;
}

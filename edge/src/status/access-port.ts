import type { AccessCommand, AccountCommand } from '../access/index.ts';

/** What a session may do, least first; a wall screen sees less than a person does. */
export const RANKS = ['wall', 'viewer', 'technician', 'admin'] as const;
export type Rank = (typeof RANKS)[number];

/** Who a request from the network is from. */
export interface Person {
  readonly who: string;
  readonly rank: Rank;
  /** Comes back with every change: only a page of this origin can know it. */
  readonly csrf: string;
}

export interface BegunSession extends Person {
  /** The value of the cookie. */
  readonly token: string;
  readonly maxAgeS: number;
}

/** Where and with which certificate the page is served to the network. */
export interface NetworkSettings {
  readonly host: string;
  readonly port: number;
  /** Names beside the address itself under which the page may be asked for. */
  readonly hosts: readonly string[];
  /** PEM. */
  readonly cert: string;
  readonly key: string;
}

/** Accounts and sessions, as the page's server needs them. Errors are coded: `login_refused`, `login_throttled` and the like. */
export interface AccessPort {
  /** Undefined while the page is not served to the network. */
  network(): NetworkSettings | undefined;
  /** Calls `listener` when that changes; returns how to stop that. */
  onChange(listener: () => void): () => void;
  /** True while there is no account to log in with. */
  needsSetup(): boolean;
  /** Whose session this is; `isUse`: a person did something, which keeps it open. */
  identityOf(token: string, isUse: boolean): Person | undefined;
  /** Calls `end` when the session ends; returns how to stop that. */
  onEnd(token: string, end: () => void): () => void;
  logIn(name: string, password: string, address: string): Promise<BegunSession>;
  setUp(code: string, name: string, password: string, address: string): Promise<BegunSession>;
  wall(token: string, address: string): BegunSession;
  logOut(token: string): void;
  /** Rejects with `login_refused`, `login_throttled` and `account_refused`. Other sessions of the account end. */
  changePassword(
    who: string,
    change: { readonly current: string; readonly password: string; readonly address: string; readonly token: string },
  ): Promise<void>;
  /** Ends the other sessions of this account. */
  endOthers(who: string, token: string): void;
  /** How many sessions of this account are open. */
  sessionsOf(who: string): number;
  /** What an admin may do with accounts and tokens. */
  manage(command: AccountCommand): Promise<object>;
  /** Writes a record of the audit. */
  record(who: string, action: string, details: Readonly<Record<string, string>>): void;
  /** Accounts, tokens, addresses and fingerprint, without secrets. */
  view(): object;
  command(command: AccessCommand): Promise<object>;
}

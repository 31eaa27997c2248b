import { randomBytes } from 'node:crypto';
import { hostname, networkInterfaces } from 'node:os';
import { type Clock, isAbort, type Logger, type Service } from '@lineside/kit';
import { type AccessFile, type AccessState, NOTHING } from './access-file.ts';
import { checkIdentity, fingerprintOf, namesAll, selfSigned, type TlsIdentity } from './certificate.ts';
import {
  checkCount,
  checkName,
  MOST_ACCOUNTS,
  MOST_TOKENS,
  unknownName,
  without,
  withoutAccount,
  withRole,
} from './accounts.ts';
import type { AccessAnswer, AccessCommand, AccessView, AccountCommand } from './command.ts';
import { AccessError } from './errors.ts';
import { Invitations } from './invitations.ts';
import { LogIn, type PasswordChange } from './log-in.ts';
import type { Role } from './roles.ts';
import { type Identity, type NewSession, Sessions, sha256 } from './sessions.ts';

export interface AccessParts {
  readonly file: AccessFile;
  readonly device: () => string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Writes a record of the audit. */
  readonly audit: (action: string, details: Readonly<Record<string, string>>, who: string) => void;
}

/** Where the page is served to the network. */
export interface NetworkSettings extends TlsIdentity {
  readonly host: string;
  readonly port: number;
  readonly hosts: readonly string[];
}

const SWEEP_MS = 10_000;

/**
 * Who may use the page from the network. Closed until the owner of the device opens it with `lineside access enable`; neither
 * the configuration nor anything that comes from the cloud can.
 */
export class Access implements Service {
  readonly name = 'access';
  readonly #parts: AccessParts;
  readonly #sessions: Sessions;
  readonly #invitations: Invitations;
  readonly #logIn: LogIn;
  readonly #listeners = new Set<() => void>();
  #turn: Promise<unknown> = Promise.resolve();
  #state: AccessState;
  #identity: TlsIdentity | undefined;
  #problem: AccessError | undefined;

  /** A file that cannot be used leaves the page closed to the network, and inspection alone. */
  constructor(parts: AccessParts) {
    const nowMs = (): number => parts.clock.monoMs();
    this.#parts = parts;
    this.#state = NOTHING;
    try {
      this.#state = parts.file.read();
      this.#identity = parts.file.identity();
    } catch (error) {
      if (!(error instanceof AccessError)) throw error;
      this.#problem = error;
      parts.log.error({ code: error.code, advice: error.advice }, error.message);
    }
    this.#sessions = new Sessions(nowMs);
    this.#invitations = new Invitations(nowMs);
    this.#logIn = new LogIn({
      ...{ sessions: this.#sessions, invitations: this.#invitations },
      ...{ nowMs, wallMs: () => parts.clock.wallMs(), audit: parts.audit },
    });
  }

  /** Ends sessions that are over, until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      for (;;) {
        await this.#parts.clock.sleep(SWEEP_MS, signal);
        this.#sessions.sweep();
      }
    } catch (error) {
      if (!isAbort(error)) throw error;
    } finally {
      this.#sessions.endAll();
    }
  }

  network(): NetworkSettings | undefined {
    const { listen, hosts } = this.#state;
    if (listen === undefined || this.#identity === undefined) return undefined;
    return { ...listen, hosts: [...hosts, hostname().toLowerCase()], ...this.#identity };
  }

  /** Calls `listener` when the page has to be served elsewhere or otherwise. Returns how to stop that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** True while no account is there to log in with. */
  needsSetup(): boolean {
    return this.#state.accounts.length === 0;
  }

  identityOf(token: string, isUse: boolean): Identity | undefined {
    return this.#sessions.find(token, isUse);
  }

  onEnd(token: string, end: () => void): () => void {
    return this.#sessions.onEnd(token, end);
  }

  /** Rejects with `login_refused`, `login_throttled` or `login_busy`. */
  logIn(name: string, password: string, address: string): Promise<NewSession> {
    return this.#logIn.withPassword(this.#state.accounts, name, password, address);
  }

  /** Makes an account with a code from the terminal, or gives it a new password. Rejects with `code_refused` and the like. */
  async setUp(code: string, name: string, password: string, address: string): Promise<NewSession> {
    const account = await this.#logIn.withCode(this.#state.accounts, { code, name, password, address });
    await this.#change((state) => ({ ...state, accounts: [...without(state.accounts, account.name), account] }));
    this.#sessions.endOf(account.name);
    this.record(account.name, 'account_made', { account: account.name, role: account.role });
    return this.#logIn.begin(account, address);
  }

  /** A session for a screen on a wall. Throws `login_refused`. */
  wall(token: string, address: string): NewSession {
    return this.#logIn.withToken(this.#state.tokens, token, address);
  }

  logOut(token: string): void {
    this.#sessions.end(token);
  }

  /** Another password for somebody who is logged in; their other sessions end. Rejects with `login_refused` and the like. */
  async changePassword(name: string, { token, ...change }: PasswordChange & { readonly token: string }): Promise<void> {
    if (this.#problem !== undefined) throw this.#problem;
    const account = this.#state.accounts.find((one) => one.name === name);
    if (account === undefined) throw unknownName('account', name);
    const password = await this.#logIn.newPassword(account, change);
    await this.#change((state) => ({
      ...state,
      accounts: state.accounts.map((one) => (one.name === name ? { ...one, password } : one)),
    }));
    this.#sessions.endOf(name, token);
    this.record(name, 'password_changed', { account: name });
  }

  /** Ends the sessions of this account but for the one with the token. */
  endOthers(name: string, token: string): void {
    this.#sessions.endOf(name, token);
    this.record(name, 'sessions_ended', { account: name });
  }

  sessionsOf(name: string): number {
    return this.#sessions.countOf(name);
  }

  /** What the owner of the device asks for. Rejects with `certificate_refused`, `account_refused` and `access_unusable`. */
  async command(command: AccessCommand): Promise<AccessAnswer> {
    if (this.#problem !== undefined) throw this.#problem;
    const { by } = command;
    switch (command.action) {
      case 'enable':
        await this.#enable(command);
        // Without an account nobody could log in.
        return this.needsSetup() ? { ...this.view(), setup: this.#invite('admin', undefined, by) } : this.view();
      case 'disable':
        await this.#disable(by);
        return this.view();
      case 'remove_account':
        // The owner can make an admin at any time.
        return this.#removeAccount(command.name, by, (state) => ({
          ...state,
          accounts: without(state.accounts, command.name),
        }));
      default:
        return this.#manage(command);
    }
  }

  /** What an admin asks for on the page. Rejects as `command` does, and where no admin would be left. */
  async manage(command: AccountCommand): Promise<AccessAnswer> {
    if (this.#problem !== undefined) throw this.#problem;
    const known = this.#state.accounts.find(({ name }) => name === command.name);
    // A new password is no new role: that would be a way to leave no admin.
    return this.#manage(
      command.action === 'invite' && known !== undefined ? { ...command, role: known.role } : command,
    );
  }

  async #manage(command: AccountCommand): Promise<AccessAnswer> {
    const { by, name } = command;
    switch (command.action) {
      case 'invite':
        return { setup: this.#invite(command.role, name, by), ...this.view() };
      case 'set_role':
        return this.#setRole(command.name, command.role, by);
      case 'remove_account':
        return this.#removeAccount(command.name, by, (state) => withoutAccount(state, command.name));
      case 'end_sessions':
        if (!this.#state.accounts.some((account) => account.name === name)) throw unknownName('account', command.name);
        this.#sessions.endOf(command.name);
        this.record(by, 'sessions_ended', { account: command.name });
        return this.view();
      case 'add_token':
        return { token: await this.#addToken(command.name, by), ...this.view() };
      case 'remove_token':
        return this.#removeToken(command.name, by);
    }
  }

  view(): AccessView {
    const { listen, hosts, accounts, tokens } = this.#state;
    const names = listen === undefined ? [] : [...hosts, ...addressesOf(listen.host)];
    return {
      enabled: listen !== undefined,
      addresses: names.map((host) => `https://${host.includes(':') ? `[${host}]` : host}:${listen?.port ?? 0}`),
      ...(this.#identity === undefined ? {} : { fingerprint: fingerprintOf(this.#identity) }),
      accounts: accounts.map(({ name, role, madeAtMs }) => ({
        ...{ name, role, madeAtMs },
        sessions: this.#sessions.countOf(name),
      })),
      tokens: tokens.map(({ name, madeAtMs }) => ({ name, madeAtMs })),
    };
  }

  /** Writes a record of what an account has changed. */
  record(who: string, action: string, details: Readonly<Record<string, string>>): void {
    this.#parts.audit(action, details, who);
  }

  async #enable({ listen, hosts, identity, by }: Extract<AccessCommand, { action: 'enable' }>): Promise<void> {
    const names = [...new Set(hosts.map((host) => host.toLowerCase()))];
    const wanted = [...addressesOf(listen.host), hostname().toLowerCase(), ...names];
    if (identity !== undefined) checkIdentity(identity);
    const kept = this.#identity !== undefined && namesAll(this.#identity, names) ? this.#identity : undefined;
    const next = identity ?? kept ?? (await selfSigned(this.#parts.device(), wanted));
    if (next !== kept) await this.#parts.file.keepIdentity(next);
    this.#identity = next;
    await this.#change((state) => ({ ...state, listen, hosts: names }));
    const facts = { listen: `${listen.host}:${listen.port}`, fingerprint: fingerprintOf(next) };
    this.record(by, 'access_enabled', facts);
    this.#announce();
  }

  /** Serves the page to this machine alone again, and ends every session. Accounts stay. */
  async #disable(by: string): Promise<void> {
    await this.#change((state) => {
      const rest = { ...state };
      delete rest.listen;
      return rest;
    });
    this.#sessions.endAll();
    this.#invitations.clear();
    this.record(by, 'access_disabled', {});
    this.#announce();
  }

  #invite(role: Role | undefined, name: string | undefined, by: string): NonNullable<AccessAnswer['setup']> {
    if (name !== undefined) checkName(name);
    const known = this.#state.accounts.find((account) => account.name === name);
    if (known === undefined) checkCount('accounts', this.#state.accounts.length, MOST_ACCOUNTS);
    const given = role ?? known?.role ?? 'viewer';
    this.record(by, 'account_invited', { role: given, ...(name === undefined ? {} : { account: name }) });
    return this.#invitations.make({ role: given, ...(name === undefined ? {} : { name }) });
  }

  async #removeAccount(name: string, by: string, remove: (state: AccessState) => AccessState): Promise<AccessView> {
    if (!this.#state.accounts.some((account) => account.name === name)) throw unknownName('account', name);
    await this.#change(remove);
    this.#sessions.endOf(name);
    this.record(by, 'account_removed', { account: name });
    return this.view();
  }

  /** A session keeps the role that it began with, so those of the account end. */
  async #setRole(name: string, role: Role, by: string): Promise<AccessView> {
    await this.#change((state) => withRole(state, name, role));
    this.#sessions.endOf(name);
    this.record(by, 'role_changed', { account: name, role });
    return this.view();
  }

  async #addToken(name: string, by: string): Promise<string> {
    checkName(name);
    checkCount('tokens', without(this.#state.tokens, name).length, MOST_TOKENS);
    const token = randomBytes(32).toString('base64url');
    const made = { name, sha256: sha256(token), madeAtMs: this.#parts.clock.wallMs() };
    await this.#change((state) => ({ ...state, tokens: [...without(state.tokens, name), made] }));
    this.#sessions.endOf(`wall ${name}`);
    this.record(by, 'wall_token_made', { token: name });
    return token;
  }

  async #removeToken(name: string, by: string): Promise<AccessView> {
    if (!this.#state.tokens.some((one) => one.name === name)) throw unknownName('token', name);
    await this.#change((state) => ({ ...state, tokens: without(state.tokens, name) }));
    this.#sessions.endOf(`wall ${name}`);
    this.record(by, 'wall_token_removed', { token: name });
    return this.view();
  }

  /** One change after the other, each of what the one before has left. */
  #change(change: (state: AccessState) => AccessState): Promise<void> {
    const done = this.#turn.then(async () => {
      const next = change(this.#state);
      await this.#parts.file.write(next);
      this.#state = next;
    });
    this.#turn = done.catch(() => undefined);
    return done;
  }

  #announce(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Addresses of this machine at which the page answers. */
function addressesOf(host: string): readonly string[] {
  if (host !== '0.0.0.0' && host !== '::') return [host];
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.filter(({ internal, family }) => !internal && family === 'IPv4').map(({ address }) => address);
}

import { type AccessState, NAME } from './access-file.ts';
import { AccessError } from './errors.ts';
import type { Role } from './roles.ts';

/** More would be a mistake, or somebody who fills the disk. */
export const MOST_ACCOUNTS = 100;
export const MOST_TOKENS = 50;

/** The lists without what has this name. */
export const without = <T extends { readonly name: string }>(all: readonly T[], name: string): T[] =>
  all.filter((one) => one.name !== name);

/** The state with another role for an account. Throws `account_refused` for an unknown one, and where no admin would be left. */
export function withRole(state: AccessState, name: string, role: Role): AccessState {
  const accounts = state.accounts.map((one) => (one.name === name ? { ...one, role } : one));
  return checkedAccounts(state, name, accounts);
}

/** The state without an account. Throws `account_refused` for an unknown one, and where no admin would be left. */
export function withoutAccount(state: AccessState, name: string): AccessState {
  return checkedAccounts(state, name, without(state.accounts, name));
}

function checkedAccounts(state: AccessState, name: string, accounts: AccessState['accounts']): AccessState {
  if (!state.accounts.some((one) => one.name === name)) throw unknownName('account', name);
  const isAdmin = ({ role }: { readonly role: Role }): boolean => role === 'admin';
  if (state.accounts.some(isAdmin) && !accounts.some(isAdmin)) {
    const message = `${name} is the last admin`;
    throw new AccessError({ code: 'account_refused', message, advice: 'make another account an admin first' });
  }
  return { ...state, accounts };
}

/** Throws `account_refused` where there are so many already. */
export function checkCount(what: string, count: number, most: number): void {
  if (count < most) return;
  const message = `there are ${count} ${what} already`;
  throw new AccessError({ code: 'account_refused', message, advice: 'remove some that nobody needs' });
}

/** Throws `account_refused` for a name that no account may have. */
export function checkName(name: string): void {
  if (NAME.test(name)) return;
  throw new AccessError({
    code: 'account_refused',
    message: `${JSON.stringify(name)} is no name for an account`,
    advice: 'use 1 to 32 small letters, digits, dots, dashes and underscores, the first a letter or digit',
  });
}

export function unknownName(what: string, name: string): AccessError {
  const message = `no ${what} is called ${name}`;
  return new AccessError({ code: 'account_refused', message, advice: 'lineside access show lists them' });
}

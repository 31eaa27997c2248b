/**
 * Who may use the status page from the network: whether it is served there at all, its certificate, accounts with roles,
 * one-time codes, tokens of wall screens, sessions, and the slowing down of guesses. Knows nothing of HTTP.
 */
export { Access, type AccessParts } from './access.ts';
export type { AccessAnswer, AccessCommand, AccessView, AccountCommand } from './command.ts';
export { AccessFile } from './access-file.ts';
export { AccessError, type AccessErrorCode } from './errors.ts';
export { type Rank, type Role, ROLES } from './roles.ts';

import { LinesideError, type Retry } from '@lineside/kit';

export const TRUST_ERROR_CODES = [
  'update_root_unusable',
  'update_source_unreachable',
  'update_metadata_missing',
  'update_metadata_unreadable',
  'update_metadata_signature',
  'update_metadata_expired',
  'update_metadata_version',
  'update_metadata_hash',
  'update_target_foreign',
  'update_target_unknown',
  'update_target_older',
  'update_release_invalid',
] as const;
export type TrustErrorCode = (typeof TRUST_ERROR_CODES)[number];

const TRUST_ADVICE: Readonly<Record<TrustErrorCode, string>> = {
  update_root_unusable: 'set updates.root to the root.json that `lineside-collector release init` has written',
  update_source_unreachable: 'check the network, and that updates.repository names the address of the repository',
  update_metadata_missing:
    'publish the repository again (`lineside-collector release publish`) or copy the stick again',
  update_metadata_unreadable: 'fetch again; if it stays, publish the repository again',
  update_metadata_signature:
    'nothing was installed. Ask whoever publishes the releases which keys were used; a revoked key or too few signatures are refused',
  update_metadata_expired:
    'check the clock of this device first; then publish the repository again, or export a new stick',
  update_metadata_version:
    'nothing was installed. The repository is older than what this device has seen, or its files do not belong together: publish or export again',
  update_metadata_hash: 'nothing was installed. The files of the repository do not belong together: publish it again',
  update_target_foreign: 'only releases of updates.customer are accepted: check the name of the release',
  update_target_unknown: 'check the name of the release: `lineside-collector release keys` lists what is published',
  update_target_older:
    'publish the release with a higher counter; to go back on this device use lineside model rollback',
  update_release_invalid: 'make the release again with this version of lineside-collector',
};

const RETRY: Readonly<Partial<Record<TrustErrorCode, Retry>>> = {
  update_source_unreachable: 'later',
  update_metadata_missing: 'later',
  update_metadata_unreadable: 'later',
  update_metadata_hash: 'later',
  update_metadata_expired: 'later',
};

/** What comes from the repository is not to be trusted, or cannot be had. Nothing was changed. */
export class TrustError extends LinesideError {
  override readonly name = 'TrustError';
  declare readonly code: TrustErrorCode;

  constructor(code: TrustErrorCode, message: string, cause?: unknown) {
    const facts = { code, message, advice: TRUST_ADVICE[code], retry: RETRY[code] ?? 'never' };
    super({ ...facts, ...(cause === undefined ? {} : { cause }) });
  }
}

import { LengthOrHashMismatchError, UnsignedMetadataError } from '@tufjs/models/dist/error.js';
import { BadVersionError, ExpiredMetadataError, RepositoryError } from 'tuf-js/dist/error.js';
import { messageOf } from '@lineside/kit';
import { TrustError, type TrustErrorCode } from './errors.ts';

/** What tuf-js throws about the file `name`, as one of our codes. */
export function asTrustError(name: string, error: unknown): TrustError {
  if (error instanceof TrustError) return error;
  const file = name.replace(/^metadata\//, '');
  return new TrustError(codeOf(error), `${file}: ${messageOf(error)}`, error);
}

function codeOf(error: unknown): TrustErrorCode {
  if (error instanceof ExpiredMetadataError) return 'update_metadata_expired';
  if (error instanceof BadVersionError) return 'update_metadata_version';
  if (error instanceof UnsignedMetadataError) return 'update_metadata_signature';
  if (error instanceof LengthOrHashMismatchError) return 'update_metadata_hash';
  if (error instanceof RepositoryError) return 'update_metadata_hash';
  return 'update_metadata_unreadable';
}

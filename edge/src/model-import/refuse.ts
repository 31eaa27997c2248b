import { ModelError, type ModelErrorCode } from '@lineside/models';
import type { ImportRequest } from './request.ts';

/** A reason not to import the file. */
export function refuse(request: ImportRequest, code: ModelErrorCode, message: string, advice: string): ModelError {
  return new ModelError(request.file, [{ code, where: '', message, advice }]);
}

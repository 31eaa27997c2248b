import { authMethodsOf, type AuthMethod, isKnownToFfmpeg } from './auth-methods.ts';
import { StreamError } from './errors.ts';

/**
 * A refused log-in with its reason, where the camera gives one: it offers only methods that FFmpeg does not have, or the URL
 * has no user name. Every other error as it is.
 */
export async function explainAuth(error: StreamError, url: string, signal: AbortSignal): Promise<StreamError> {
  if (error.code !== 'auth') return error;
  const methods = await authMethodsOf(url, signal);
  if (methods.length > 0 && !methods.some(isKnownToFfmpeg)) {
    const offered = methods.map(nameOf).join(', ');
    return new StreamError('auth_method', `the camera offers only ${offered} to log in, which FFmpeg does not have`);
  }
  if (/^\w+:\/\/[^/?#]*@/.test(url)) return error;
  return new StreamError('auth', `${error.message}; the URL has no user name and password`);
}

function nameOf({ scheme, algorithm }: AuthMethod): string {
  return algorithm === undefined ? scheme : `${scheme} with ${algorithm}`;
}

import { systemClock } from '@lineside/kit';
import type { ClaimStore } from '../enrolment/index.ts';
import { nameOfPerson } from './person.ts';

/** Ends every claim of a device whose credential is given or taken in another way; the number that were open. */
export async function cancelClaims(claims: ClaimStore, device: string): Promise<number> {
  return claims.cancel(device, nameOfPerson({}) ?? 'unknown', systemClock.wallMs());
}

import type { Authority } from './authority.ts';
import { authorityFolder } from './broker-tls.ts';

/** The certificate authority of a managed broker's `folder`, made where there is none. Throws CollectorError. */
export async function openAuthority(folder: string): Promise<Authority> {
  // Loaded only where it is needed, because its X.509 library is large.
  const { Authority: Opened } = await import('./authority.ts');
  return Opened.open(authorityFolder(folder));
}

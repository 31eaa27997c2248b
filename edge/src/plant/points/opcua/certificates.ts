import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '@lineside/kit';
import { OPCUACertificateManager } from 'node-opcua-certificate-manager';

export interface OwnCertificates {
  readonly manager: OPCUACertificateManager;
  /** The name in the certificate; it stays when the host gets another name. */
  readonly applicationUri: string;
}

/**
 * Key, certificate and trusted certificates of this device, in a folder that nobody else reads. They are made at the
 * first use. A certificate that is not known is put into `rejected`, and is never trusted by itself.
 */
export async function ownCertificates(folder: string): Promise<OwnCertificates> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const applicationUri = await applicationUriOf(join(folder, 'application-uri'));
  const manager = new OPCUACertificateManager({
    rootFolder: folder,
    automaticallyAcceptUnknownCertificate: false,
    disableFileWatchers: true,
    keySize: 2048,
  });
  await manager.initialize();
  return { manager, applicationUri };
}

async function applicationUriOf(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    const uri = `urn:lineside:${randomUUID()}`;
    await writeFile(path, `${uri}\n`, { mode: 0o600 });
    return uri;
  }
}

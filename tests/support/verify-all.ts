import {
  verifyAll,
  verifyStore,
  type CollectorStore,
  type VerifyOptions,
} from '../../cloud-sync/collector/src/index.ts';

/** Every finding of `lineside-collector verify` in a store, without pictures. */
export async function findingsIn(
  { chains, derived }: CollectorStore,
  keepMs: VerifyOptions['keepMs'] = {},
): Promise<readonly { readonly problem: string; readonly stream: string; readonly first: number }[]> {
  const { findings } = await verifyAll(chains);
  return [...findings, ...(await verifyStore({ chains, derived, keepMs, settle: async () => undefined }))];
}

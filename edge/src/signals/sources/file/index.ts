/**
 * `file:` lines of JSON that another program appends to a file, or a file that it replaces: `file:/PATH#NAME`. What the
 * file held before the service started counts with the age of the file.
 */
import type { SignalProtocol } from '../../signal-source.ts';

export const file: SignalProtocol = {
  schemes: ['file'],
  problem: (url) => {
    const { path, name } = partsOf(url);
    if (!path.startsWith('/')) return 'has no absolute path: write file:/PATH#NAME';
    return name === '' ? 'names no signal after the path: write file:/PATH#NAME' : undefined;
  },
  connectionOf: (url) => `file:${partsOf(url).path}`,
  staleAfterMs: 60_000,
  open: async (points, tools) => {
    const { FileSource } = await import('./file-source.ts');
    const path = partsOf(points[0]?.url ?? '').path;
    return new FileSource(
      path,
      points.map(({ id, url }) => ({ id, name: partsOf(url).name })),
      tools,
    );
  },
};

function partsOf(url: string): { readonly path: string; readonly name: string } {
  const [address = '', ...name] = url.slice('file:'.length).split('#');
  return { path: address.replace(/^\/\/(?=\/)/, ''), name: decodeURIComponent(name.join('#')) };
}

/** A node of a server. The index of a namespace may be another one after a restart of the server; its URI stays. */
export interface OpcuaPoint {
  readonly namespace: { readonly uri: string } | { readonly index: number };
  readonly type: 'i' | 's' | 'g' | 'b';
  readonly id: string;
}

const FORM = /^(?:nsu=([^;]{1,256});|ns=(\d{1,5});)?(i|s|g|b)=([^]{1,512})$/;
const ID_FORMS: Readonly<Record<OpcuaPoint['type'], RegExp>> = {
  i: /^\d{1,10}$/,
  s: /^\P{Cc}+$/u,
  g: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  b: /^[A-Za-z0-9+/]+={0,2}$/,
};

/**
 * A node id as OPC UA writes it (OPC 10000-6, 5.3.1.10): `ns=2;s=Line.Speed`, `nsu=urn:plc:line;i=1001`, `i=2258`. Gives
 * what is wrong with it as text.
 */
export function parseOpcuaPoint(text: string): OpcuaPoint | string {
  const [, uri, index = '0', letter, id = ''] = FORM.exec(text) ?? [];
  if (!isType(letter) || !ID_FORMS[letter].test(id)) {
    return 'is no node id: write ns=2;s=NAME, ns=2;i=NUMBER or, with the URI of the namespace, nsu=URI;s=NAME';
  }
  return { namespace: uri === undefined ? { index: Number(index) } : { uri }, type: letter, id };
}

function isType(letter: string | undefined): letter is OpcuaPoint['type'] {
  return letter !== undefined && Object.hasOwn(ID_FORMS, letter);
}

/** The node id of a server whose namespaces have these URIs; undefined where it has no such namespace. */
export function nodeIdOf({ namespace, type, id }: OpcuaPoint, uris: readonly string[]): string | undefined {
  const index = 'uri' in namespace ? uris.indexOf(namespace.uri) : namespace.index;
  return index < 0 ? undefined : `ns=${index};${type}=${id}`;
}

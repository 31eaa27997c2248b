/** Ports of schemes whose URLs may leave them out. */
const PORTS: Readonly<Record<string, number>> = {
  ...{ rtsp: 554, rtsps: 322, http: 80, https: 443, mqtt: 1883, mqtts: 8883 },
  ...{ 'sparkplug+mqtt': 1883, 'sparkplug+mqtts': 8883, 'modbus+tcp': 502 },
  ...{ 'opc.tcp': 4840, opcua: 4840, 'modbus-tcp': 502, modbus: 502 },
};

/** The host and the port that a URL leads to; undefined where it leads to no other machine. Throws nothing. */
export function endOfUrl(url: string): { readonly host: string; readonly port: number | undefined } | undefined {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined || scheme === 'file') return undefined;
  // The browser's rules for http: other schemes would not be split.
  const asHttp = url.replace(/^[^:]+:\/\//, 'http://');
  if (!URL.canParse(asHttp)) return undefined;
  const { hostname, port } = new URL(asHttp);
  // A URL of http without a port, or with 80, has no port in its parts.
  const written = /^[^/]*\/\/[^/]*:80(?:[/?#]|$)/.test(url) ? 80 : undefined;
  const known = port === '' ? (written ?? PORTS[scheme]) : Number(port);
  return hostname === '' ? undefined : { host: hostname.replace(/^\[|\]$/g, ''), port: known };
}

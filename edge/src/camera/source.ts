import { fileURLToPath } from 'node:url';

/** How a URL is to be opened. */
export type SourceKind = 'rtsp' | 'http' | 'file' | 'lavfi';

export interface Source {
  readonly kind: SourceKind;
  /** What FFmpeg gets after `-i`. */
  readonly input: string;
}

/**
 * Reads a camera's URL: `rtsp(s)://`, `http(s)://`, `file://` or a path, and `lavfi:` with a filter graph that makes
 * pictures (tests, commissioning without a camera).
 */
export function sourceOf(url: string): Source {
  if (/^rtsps?:\/\//i.test(url)) return { kind: 'rtsp', input: url };
  if (/^https?:\/\//i.test(url)) return { kind: 'http', input: url };
  if (/^lavfi:/i.test(url)) return { kind: 'lavfi', input: url.slice('lavfi:'.length) };
  if (/^file:\/\//i.test(url)) return { kind: 'file', input: `file:${fileURLToPath(url)}` };
  // The prefix keeps a path with a colon from being taken for a protocol, and one with a dash for an option.
  return { kind: 'file', input: `file:${url}` };
}

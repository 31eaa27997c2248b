import { readFileSync } from 'node:fs';

/** Version of this package, from its package.json. */
export function readVersion(): string {
  const value: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  if (typeof value !== 'object' || value === null || !('version' in value)) return '0.0.0';
  return typeof value.version === 'string' ? value.version : '0.0.0';
}

import { fileURLToPath } from 'node:url';
import { runProcess } from './processes.ts';

/** Debian's, for its python3-protobuf. */
const PYTHON = '/usr/bin/python3';
const DECODER = fileURLToPath(new URL('sparkplug-decoder.py', import.meta.url));

/** A metric as Google's library reads it: 64-bit integers are texts there. */
export interface ForeignMetric {
  readonly name?: string;
  readonly alias?: string;
  readonly timestamp?: string;
  readonly datatype?: number;
  readonly is_null?: boolean;
  readonly int_value?: number;
  readonly long_value?: string;
  readonly double_value?: number;
  readonly boolean_value?: boolean;
  readonly string_value?: string;
}

export interface ForeignPayload {
  readonly timestamp?: string;
  readonly seq?: string;
  readonly metrics?: readonly ForeignMetric[];
}

/** Payloads as a decoder reads them that is not ours, in their order. */
export async function decodeForeign(payloads: readonly Uint8Array[]): Promise<readonly ForeignPayload[]> {
  const input = payloads.map((payload) => `${Buffer.from(payload).toString('hex')}\n`).join('');
  const { code, stdout, stderr } = await runProcess(PYTHON, [DECODER], { input });
  if (code !== 0) throw new Error(stderr);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ForeignPayload);
}

import type { Context } from './context.ts';
import { CliError } from './errors.ts';

const ANSWER_MS = 15_000;

/**
 * The newest picture of a camera of the running service, as JPEG, covered as its privacy says. Throws `camera_unknown`
 * where the service has no such camera, `answer_unexpected` where there is no picture of it, and what a service that does
 * not run leads to.
 */
export async function servicePicture(context: Context, id: string, boxes: boolean): Promise<Buffer> {
  const { controlSocketPath, openControl } = await import('../status/client/index.ts');
  const path = `/api/v1/cameras/${encodeURIComponent(id)}/picture.jpg?boxes=${boxes ? 1 : 0}`;
  const signal = AbortSignal.any([context.io.signal, AbortSignal.timeout(ANSWER_MS)]);
  const answer = await openControl(controlSocketPath(context.dataDir), path, signal);
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  if (answer.statusCode !== 200) throw refusal(id, answer.statusCode ?? 0, body);
  return body;
}

function refusal(id: string, status: number, body: Buffer): CliError {
  if (status === 404) {
    return new CliError('camera_unknown', `the service has no camera ${id}`, 'lineside camera list');
  }
  const said = body.toString('utf8', 0, 300).replace(/\s+/g, ' ');
  return new CliError('answer_unexpected', `no picture of ${id}: ${status} ${said}`, `lineside camera health ${id}`);
}

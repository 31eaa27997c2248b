import type { Command } from 'commander';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { table } from '../table.ts';
import { timeText } from '../time-text.ts';

/** `lineside-collector device list` */
export function configure(command: Command, registry: Registry): void {
  command
    .description('Lists devices that have a credential or were connected. --json: one line {devices: [...]}.')
    .addHelpText('after', examples('lineside-collector device list --data ./collector'))
    .action(action(registry, list));
}

async function list(context: Context): Promise<ExitCode> {
  const devices = await context.withStore(await context.config(), async ({ credentials, records }) => {
    const withCredential = new Set((await credentials.list()).map(({ device }) => device));
    const known = new Map((await records.devices()).map((row) => [row.device, row]));
    return [...new Set([...withCredential, ...known.keys()])].sort().map((device) => ({
      device,
      credential: withCredential.has(device),
      line: known.get(device)?.birth?.line ?? null,
      lastSeenAtMs: known.get(device)?.lastSeenAtMs ?? null,
    }));
  });
  const rows = devices.map(({ device, credential, lastSeenAtMs, line }) => [
    ...[device, credential ? 'yes' : 'no', timeText(lastSeenAtMs), line ?? '-'],
  ]);
  const text =
    rows.length === 0
      ? 'No devices yet. Try: lineside-collector device add line-1'
      : table([['DEVICE', 'CREDENTIAL', 'LAST SEEN AT', 'LINE'], ...rows]);
  context.say({ devices }, text);
  return EXIT.ok;
}

import type { Command } from 'commander';
import { action, type Context, examples, type Registry } from '../context.ts';
import { cancelClaims } from '../cancel-claims.ts';
import { EXIT, type ExitCode } from '../exit.ts';

/** `lineside-collector device remove` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<id>', 'device id')
    .description(
      `Deletes the credential of a device; a running collector ends its sessions at the broker. Claims of the device are cancelled. Its records stay. --json: one line {device, removed}. Ends with 1 when it had none.`,
    )
    .addHelpText('after', examples('lineside-collector device remove line-1 --data ./collector'))
    .action(action(registry, remove));
}

async function remove(context: Context, _options: object, [id = '']: readonly string[]): Promise<ExitCode> {
  const config = await context.config();
  const { revokeCertificate } = await import('../device-certificate.ts');
  const removed = await context.withStore(config, async ({ credentials, claims }) => {
    await cancelClaims(claims, id);
    await revokeCertificate(config, id);
    return credentials.remove(id);
  });
  const text = removed ? `${id} can no longer connect.` : `${id} has no credential.`;
  context.say({ device: id, removed }, text);
  return removed ? EXIT.ok : EXIT.problems;
}

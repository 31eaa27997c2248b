import type { Command } from 'commander';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { type ReleaseOptions, releaseOption, several, workplace } from '../workplace.ts';

/** `lineside-collector release rotate` */
export function configure(command: Command, registry: Registry): void {
  releaseOption(command)
    .argument('<role>', 'root, targets, snapshot, timestamp, or a customer')
    .option('--revoke <keyid>', 'replace this key only (beginning of its id); may be repeated', several)
    .option('--public <file>', 'take in this public key (PEM) instead of making one')
    .option('--source <source>', 'where the key of --public signs: file:PATH, env:NAME or exec:COMMAND')
    .description(
      `Gives a role new keys and publishes. The old keys of snapshot, timestamp, targets or a customer are not needed, so that a lost or stolen one is replaced without a visit to any device; two root keys are (for a customer: the keys of targets). --json: one line {role, revoked, added, timestamp, snapshot, ...}.`,
    )
    .addHelpText(
      'after',
      examples(
        'lineside-collector release rotate timestamp',
        'lineside-collector release rotate root --revoke 3f2a91c0',
        'lineside-collector release rotate snapshot --public ./kms.pem --source "exec:kms-sign snapshot"',
      ),
    )
    .action(action(registry, rotate));
}

interface RotateVerbOptions extends ReleaseOptions {
  readonly revoke?: readonly string[];
  readonly public?: string;
  readonly source?: string;
}

async function rotate(context: Context, options: RotateVerbOptions, [role = '']: readonly string[]): Promise<ExitCode> {
  const { rotateRole } = await import('../../release/index.ts');
  const { revoke, public: publicKey, source } = options;
  const rotated = await rotateRole(await workplace(context, options), role, {
    ...(revoke === undefined ? {} : { revoke }),
    ...(publicKey === undefined ? {} : { publicKey }),
    ...(source === undefined ? {} : { source }),
  });
  const short = (ids: readonly string[]): string => ids.map((id) => id.slice(0, 8)).join(', ') || 'none';
  context.say(rotated, `${role}: revoked ${short(rotated.revoked)}; new ${short(rotated.added)}. Published.`);
  return EXIT.ok;
}

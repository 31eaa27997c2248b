import type { Command } from 'commander';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { table } from '../table.ts';
import { timeText } from '../time-text.ts';

const MOST = 200;

/** `lineside-collector device claims` */
export function configure(command: Command, registry: Registry): void {
  command
    .description(
      `Lists the newest ${MOST} claims with their state, and the newest ${MOST} lines of their history: made, used, asked again, refused, cancelled, by whom or from which address. No code can be shown: only its hash is kept. --json: one line {claims: [...], history: [...]}.`,
    )
    .addHelpText('after', examples('lineside-collector device claims --data ./collector'))
    .action(action(registry, list));
}

async function list(context: Context): Promise<ExitCode> {
  const [{ systemClock }, { stateOf }] = await Promise.all([
    import('@lineside/kit'),
    import('../../enrolment/index.ts'),
  ]);
  const nowMs = systemClock.wallMs();
  const found = await context.withStore(await context.config(), async ({ claims }) => ({
    claims: (await claims.list(MOST)).map((claim) => ({
      ...{ id: claim.id, device: claim.device, state: stateOf(claim, nowMs) },
      ...{ line: claim.line ?? null, site: claim.site ?? null },
      ...{ createdAtMs: claim.createdAtMs, expiresAtMs: claim.expiresAtMs, usedAtMs: claim.usedAtMs ?? null },
    })),
    history: await claims.history(MOST),
  }));
  const rows = found.claims.map(({ id, device, state, site, expiresAtMs }) => [
    ...[id, device, state, timeText(expiresAtMs), site ?? '-'],
  ]);
  const history = found.history.map(({ atMs, claim, device, action: what, who, detail }) => [
    ...[timeText(atMs), claim, device, detail === undefined ? what : `${what}: ${detail}`, who],
  ]);
  const text =
    rows.length === 0
      ? 'No claims yet. Try: lineside-collector device claim line-1'
      : `${table([['CLAIM', 'DEVICE', 'STATE', 'GOOD UNTIL', 'SITE'], ...rows])}\n\n${table([['AT', 'CLAIM', 'DEVICE', 'WHAT', 'BY'], ...history])}`;
  context.say(found, text);
  return EXIT.ok;
}

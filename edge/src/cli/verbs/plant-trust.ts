import type { Command } from 'commander';
import type { KnownCertificate } from '../../plant/points/index.ts';
import { callService } from '../change-service.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { UsageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';

interface TrustOptions {
  readonly by?: string;
}

const DAY_MS = 86_400_000;
/** A certificate is said to expire from this long before. */
const WARN_DAYS = 30;

/** `lineside plant trust` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('[fingerprint]', 'first digits of the certificate that is to be trusted')
    .option('--by <name>', 'who has compared it, for the audit')
    .addHelpText(
      'after',
      examples('lineside plant trust', 'lineside plant trust 3f9a0c11 --by "M. Fischer"') +
        '\n\nWithout a fingerprint it shows the certificates of OPC UA: those of this device, those that are trusted, and those' +
        '\nthat were presented and rejected. Compare fingerprint or thumbprint with what the other side shows before you trust' +
        '\none: whoever answers at an address can present a certificate. It holds from the next connection on.',
    )
    .action(action<TrustOptions>(registry, trust));
}

async function trust(context: Context, { by }: TrustOptions, [digits]: readonly string[]): Promise<ExitCode> {
  const { listCertificates, trustCertificate } = await import('../../plant/points/index.ts');
  const { dataDir, io } = context;
  if (digits === undefined) {
    const certificates = await listCertificates(dataDir);
    const lines = certificates.map((one) => certificateText(one, io.clock.wallMs()));
    context.say({ certificates }, lines.join('\n') || 'no certificates yet: they are made at the first connection');
    return EXIT.ok;
  }
  if (by === undefined) throw new UsageError('who has compared the certificate?', 'add --by NAME, for the audit');
  const isAudited = await recorded(context, digits, by);
  const certificate = await trustCertificate(dataDir, digits);
  const note = isAudited ? '' : '\nno service runs on this device: it is in no audit';
  context.say({ ...certificate, audited: isAudited }, `${certificateText(certificate, io.clock.wallMs())}${note}`);
  return EXIT.ok;
}

/** Written down first: what cannot be recorded is not done. False where no service runs. */
async function recorded({ dataDir }: Context, digits: string, by: string): Promise<boolean> {
  const { StatusError } = await import('../../status/client/index.ts');
  const facts = { url: `opc.tcp certificate ${digits}`, from: 'rejected', to: 'trusted', by };
  try {
    await callService(dataDir, '/api/v1/plant-writes', facts);
    return true;
  } catch (error) {
    if (error instanceof StatusError && error.code === 'service_not_running') return false;
    throw error;
  }
}

function certificateText({ role, state, ...of }: KnownCertificate, nowMs: number): string {
  const place = role === 'client' ? 'to servers' : 'from clients';
  const facts = [
    `${state.padEnd(8)} ${place}: ${of.subject}${of.uri === undefined ? '' : ` (${of.uri})`}`,
    `  fingerprint ${of.fingerprint}`,
    `  thumbprint  ${of.thumbprint}`,
    `  ${validityText(of, nowMs)}; ${of.path}`,
  ];
  return facts.join('\n');
}

function validityText(
  { validFromMs, validToMs }: Pick<KnownCertificate, 'validFromMs' | 'validToMs'>,
  nowMs: number,
): string {
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  if (nowMs > validToMs) return `EXPIRED on ${day(validToMs)}`;
  if (nowMs < validFromMs) return `NOT VALID before ${day(validFromMs)}`;
  const days = Math.floor((validToMs - nowMs) / DAY_MS);
  return days <= WARN_DAYS ? `EXPIRES in ${days} days, on ${day(validToMs)}` : `valid until ${day(validToMs)}`;
}

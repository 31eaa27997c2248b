import { isMachineBusy, LinesideError, loadText, ProgramError, runProgram, systemCode } from '@lineside/kit';
import { controlSocketPath, getControlJson } from '../../status/client/index.ts';
import type { Check } from '../check.ts';
import { type CheckFinding, derived, found, ok } from '../finding.ts';
import { serviceFacts, type ServiceFacts, type ServiceFinding } from './service-facts.ts';

export interface ServiceExpectations {
  readonly dataDir: string;
  /** Version of this command. */
  readonly version: string;
  /** SHA-256 of the configuration file that was examined; undefined where it is not good. */
  readonly configHash: () => string | undefined;
  /** Where `systemctl` is looked for. */
  readonly path: string | undefined;
}

const UNIT = 'lineside';

/** The running service, if there is one: its health, its version, its configuration. Passes what it says to `learned`. */
export function serviceCheck(expected: ServiceExpectations, learned: (facts: ServiceFacts) => void): Check {
  return {
    name: 'service',
    deadlineMs: 12_000,
    run: async (signal) => {
      const enabled = await notEnabled(expected.path, signal);
      try {
        const { body } = await getControlJson(controlSocketPath(expected.dataDir), '/api/v1/status', 5_000);
        const facts = serviceFacts(body);
        learned(facts);
        return [...healthFindings(facts), ...differences(facts, expected), ...enabled];
      } catch (error) {
        if (systemCode(error) === 'EACCES') {
          return [found('service_hidden', 'a service may be running, but this user has no access to it'), ...enabled];
        }
        if (!(error instanceof LinesideError)) throw error;
        return [unreachable(error), ...enabled];
      }
    },
  };
}

function unreachable({ code, message, advice }: LinesideError): CheckFinding {
  if (code === 'service_not_running') return found('service_not_running', message, { advice });
  if (isMachineBusy()) return found('service_slow', `busy: ${message} while the machine is busy (${loadText()})`);
  if (code === 'service_timed_out') return found('service_timed_out', `busy: ${message}`, { advice });
  return derived('service', { code, message, advice }, { meaning: 'the service may hang' });
}

function healthFindings({ reasons, warnings }: ServiceFacts): readonly CheckFinding[] {
  const doubts = warnings.map((finding) => asFinding('warning', finding));
  if (reasons.length === 0) return [ok('service', 'the service runs and inspects'), ...doubts];
  return [...reasons.map((finding) => asFinding('failure', finding)), ...doubts];
}

function asFinding(verdict: 'failure' | 'warning', { code, message, advice }: ServiceFinding): CheckFinding {
  const error = { code: `service_${code}`, message, advice };
  return derived('service', error, { verdict, ...(verdict === 'warning' ? { meaning: '' } : {}) });
}

function differences(facts: ServiceFacts, { version, configHash }: ServiceExpectations): readonly CheckFinding[] {
  const other = facts.version !== undefined && facts.version !== version;
  const hash = configHash();
  const stale = hash !== undefined && facts.configHash !== undefined && facts.configHash !== hash;
  return [
    ...(other ? [found('service_version', `the service runs ${facts.version}, and ${version} is installed`)] : []),
    ...(stale && !facts.usesLastGood
      ? [
          found(
            'service_config',
            `the service runs with another text than the file that was examined (${facts.configPath})`,
          ),
        ]
      : []),
  ];
}

/** Only where systemd knows the unit: elsewhere something else starts the service. */
async function notEnabled(path: string | undefined, signal: AbortSignal): Promise<readonly CheckFinding[]> {
  const env = path === undefined ? {} : { PATH: path };
  try {
    await runProgram('systemctl', ['is-enabled', UNIT], { env, timeoutMs: 4_000, signal });
    return [];
  } catch (error) {
    if (signal.aborted) throw error;
    const state = error instanceof ProgramError ? error.output.stdout.trim() : '';
    if (state !== 'disabled' && state !== 'masked') return [];
    return [found('service_not_enabled', `the unit ${UNIT} is ${state}`)];
  }
}

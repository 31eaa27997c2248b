import { controlSocketPath, getControlJson } from '../status/client/index.ts';
import { isMachineBusy, LinesideError, loadText, systemCode } from '@lineside/kit';
import { type Check, type CheckFinding, ok, trouble } from './check.ts';

/** The health of the running service, if there is one. */
export function serviceCheck(dataDir: string): Check {
  return {
    name: 'service',
    deadlineMs: 6_000,
    run: async () => {
      try {
        const { body } = await getControlJson(controlSocketPath(dataDir), '/healthz', 5_000);
        return healthFindings(body);
      } catch (error) {
        if (systemCode(error) === 'EACCES') return [hidden()];
        if (!(error instanceof LinesideError)) throw error;
        const { code, message, advice } = error;
        const down = code === 'service_not_running';
        if (!down && isMachineBusy()) return [slowService(message)];
        const meaning = down ? 'nothing is inspected now' : 'the service may hang';
        return [trouble(down ? 'warning' : 'failure', { code, message, meaning, advice })];
      }
    },
  };
}

function slowService(message: string): CheckFinding {
  return trouble('warning', {
    code: 'service_slow',
    message: `${message} while the machine is busy (${loadText()})`,
    meaning: 'whether it inspects is not known',
    advice: 'run the doctor again when the machine is less busy; a service that hangs is restarted by systemd',
  });
}

function hidden(): CheckFinding {
  return trouble('warning', {
    code: 'service_hidden',
    message: 'a service may be running, but this user has no access to it',
    meaning: 'whether it inspects is unknown',
    advice: 'run the doctor as the user of the service or as root: sudo lineside doctor',
  });
}

function healthFindings(body: unknown): readonly CheckFinding[] {
  const reasons = findingsIn(body, 'reasons').map((finding) => asFinding('failure', finding));
  const warnings = findingsIn(body, 'warnings').map((finding) => asFinding('warning', finding));
  return reasons.length > 0 ? [...reasons, ...warnings] : [ok('service', 'the service runs and inspects'), ...warnings];
}

interface ServiceFinding {
  readonly code: string;
  readonly message: string;
  readonly advice: string;
}

function findingsIn(body: unknown, key: 'reasons' | 'warnings'): readonly ServiceFinding[] {
  if (typeof body !== 'object' || body === null) return [];
  const list: unknown = Reflect.get(body, key);
  return Array.isArray(list) ? list.filter(isServiceFinding) : [];
}

function isServiceFinding(value: unknown): value is ServiceFinding {
  if (typeof value !== 'object' || value === null) return false;
  return 'code' in value && 'message' in value && 'advice' in value && typeof value.code === 'string';
}

function asFinding(verdict: 'failure' | 'warning', { code, message, advice }: ServiceFinding): CheckFinding {
  const meaning = verdict === 'failure' ? 'the line is not being inspected as it should be' : '';
  return trouble(verdict, { code: `service_${code}`, message, meaning, advice });
}

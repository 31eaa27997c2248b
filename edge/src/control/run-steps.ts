import type { Logger } from '@lineside/kit';
import type { ChangeStep, StepHandlers } from './change-step.ts';

/** Takes the steps in order. Throws what a step throws; the steps after it are not taken. */
export async function runSteps(steps: readonly ChangeStep[], line: StepHandlers, logger: Logger): Promise<void> {
  for (const step of steps) {
    const { kind, ...details } = step;
    logger.info({ step: kind, ...details }, 'applying the changed configuration');
    await take(step, line);
  }
}

function take(step: ChangeStep, line: StepHandlers): Promise<void> | void {
  switch (step.kind) {
    case 'set_log_level':
      return line.setLogLevel(step.level);
    case 'change_rules':
      return line.changeRules(step.moves);
    case 'change_cameras':
      return line.changeCameras(step);
    case 'restart_signals':
      return line.restartSignals();
    case 'restart_vision':
      return line.restartVision();
    case 'restart_status_server':
      return line.restartStatusServer();
    case 'restart_uplink':
      return line.restartUplink();
    case 'restart_line':
      return line.restartLine();
  }
}

import type { Config } from '../config/index.ts';

/** Rules of one camera that go and that come, by id. A rule that changed is in both lists. */
export interface RuleMove {
  readonly camera: string;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** One thing that is done to a running line; everything that a step does not name goes on. */
export type ChangeStep =
  | { readonly kind: 'set_log_level'; readonly level: Config['log']['level'] }
  | { readonly kind: 'change_rules'; readonly moves: readonly RuleMove[] }
  /** Cameras with the models that they need; `models` are those that are loaded anew, dropped or added. */
  | {
      readonly kind: 'change_cameras';
      readonly added: readonly string[];
      readonly replaced: readonly string[];
      readonly removed: readonly string[];
      readonly models: readonly string[];
    }
  | { readonly kind: 'restart_signals' }
  | { readonly kind: 'restart_vision' }
  | { readonly kind: 'restart_status_server' }
  | { readonly kind: 'restart_uplink' }
  | { readonly kind: 'restart_line' };

/** What a running line does for each step. Resolves when the step is done; throws when it cannot be done. */
export interface StepHandlers {
  setLogLevel(level: Config['log']['level']): void;
  changeRules(moves: readonly RuleMove[]): void;
  changeCameras(step: Extract<ChangeStep, { kind: 'change_cameras' }>): Promise<void>;
  restartSignals(): Promise<void>;
  restartVision(): Promise<void>;
  restartStatusServer(): Promise<void>;
  restartUplink(): Promise<void>;
  /** Stops the line in good order; it is started anew with the new configuration. */
  restartLine(): void;
}

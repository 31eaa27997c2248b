import type { LoadedConfig } from '../config/index.ts';
import { type SignalSetting, signalProtocolOf } from '../signals/index.ts';

/** The signals of a configuration, with the usual age limit of each protocol where none is configured. */
export function settingsOf({ config }: LoadedConfig): readonly SignalSetting[] {
  return config.signals.map(({ source, staleAfter, ...setting }) => {
    const usual = signalProtocolOf(source.shown)?.staleAfterMs;
    const staleAfterMs = staleAfter === undefined ? usual : staleAfter === 'never' ? undefined : staleAfter.ms;
    return { ...setting, source: source.shown, staleAfterMs };
  });
}

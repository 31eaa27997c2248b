import type { LoadedConfig } from '../config/index.ts';
import { textReaderState } from '../reading/index.ts';
import { readsText } from '../rules/index.ts';
import { type Check, ok, trouble } from './check.ts';

/** Whether the text reader is installed that rules need. */
export function textReaderCheck({ config }: LoadedConfig): Check {
  return {
    name: 'text',
    deadlineMs: 20_000,
    run: async () => {
      const rules = config.rules.filter(readsText).map(({ id }) => id);
      const state = await textReaderState();
      if (state.state === 'ready') return [ok('text', `dates, lots and phrases are read by ${state.version}`)];
      const { message, advice } = state;
      const meaning = `codes are checked; dates, lots and phrases of ${rules.join(', ')} count as unreadable`;
      return [trouble('failure', { code: 'text_reader_missing', message, meaning, advice })];
    },
  };
}

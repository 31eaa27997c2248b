import type { LoadedConfig } from '../../config/index.ts';
import { textReaderState } from '../../reading/index.ts';
import { readsText } from '../../rules/index.ts';
import type { Check } from '../check.ts';
import { found, ok } from '../finding.ts';

/** Whether the text reader is installed that rules need. */
export function textReaderCheck({ config }: LoadedConfig): Check {
  return {
    name: 'text',
    deadlineMs: 20_000,
    run: async () => {
      const rules = config.rules.filter(readsText).map(({ id }) => id);
      const state = await textReaderState();
      if (state.state === 'ready') return [ok('text', `dates, lots and phrases are read by ${state.version}`)];
      return [
        found('text_reader_missing', `${state.message}; needed by ${rules.join(', ')}`, { advice: state.advice }),
      ];
    },
  };
}

import { stringify } from 'yaml';
import { type Config, toFileForm } from './config.ts';

/** The configuration as YAML, defaults included; secrets as their references or `***`. */
export function showConfig(config: Config): string {
  return stringify(toFileForm(config), { lineWidth: 0, flowCollectionPadding: false });
}

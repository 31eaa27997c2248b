import type { Command } from 'commander';
import type { Registry } from './context.ts';
export function detectVerb(_program: Command, _registry: Registry): void {}

import type { Command } from 'commander';
import type { Registry } from './context.ts';
import { benchVerb } from './model/bench.ts';
import { enginesVerb } from './model/engines.ts';
import { evalVerb } from './model/eval.ts';
import { explainVerb } from './model/explain.ts';
import { importVerb } from './model/import.ts';
import { inspectVerb } from './model/inspect.ts';
import { listVerb } from './model/list.ts';

/** `lineside model ...`: what models there are, what a file is, and how it becomes one of them. */
export function modelVerbs(program: Command, registry: Registry): void {
  const model = program.command('model').description('models: those that are here, and those that are to come');
  listVerb(model, registry);
  inspectVerb(model, registry);
  importVerb(model, registry);
  enginesVerb(model, registry);
  evalVerb(model, registry);
  benchVerb(model, registry);
  explainVerb(model, registry);
}

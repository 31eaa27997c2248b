#!/usr/bin/env node
// Plain JavaScript that any Node can parse: the guard must speak before anything newer is loaded.
import { startGuarded } from '@lineside/protocol/start-guarded';

await startGuarded(new URL('../dist/cli/index.js', import.meta.url));

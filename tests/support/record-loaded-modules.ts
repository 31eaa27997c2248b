/** Loaded before a program by `modulesLoadedBy`: prints on stderr what the program loads. */
import { registerHooks } from 'node:module';
import { writeSync } from 'node:fs';

registerHooks({
  load: (url, context, next) => {
    if (!url.startsWith('node:')) writeSync(2, `loaded: ${url}\n`);
    return next(url, context);
  },
});

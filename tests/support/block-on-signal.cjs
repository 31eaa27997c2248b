// Loaded by NODE_OPTIONS into a process under test: SIGUSR2 blocks its loop for ever, as a fault in its code would.
const process = require('node:process');

process.on('SIGUSR2', () => {
  for (;;);
});

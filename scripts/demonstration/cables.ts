import type { ReadStream } from 'node:tty';
import { CAMERAS, type SimulatedLine } from './simulated-line.ts';

const CTRL_C = '\u0003';

/** How to see what happens when a camera fails: by a key where the demo has a terminal, and by a signal. */
export function unplugHint(line: SimulatedLine, hasKeys: boolean): string {
  const keys = CAMERAS.map((id, index) => `${index + 1} (${id})`).join(', ');
  const pids = CAMERAS.map((id) => `${id} ${line.cameraPid(id) ?? '?'}`).join(', ');
  return [
    'Pull a cable, and watch the page turn red and recover:',
    ...(hasKeys ? [`  press ${keys}; press it again to plug the camera in`] : []),
    `  kill -USR2 PID pulls the cable or plugs it in, kill PID ends the camera; it comes again by itself: ${pids}`,
  ].join('\n');
}

/** Reads keys from a terminal until the end of its scope; does nothing without one. */
export function listenForKeys(input: ReadStream, line: SimulatedLine, say: (text: string) => void): Disposable {
  if (!input.isTTY) return { [Symbol.dispose]: () => undefined };
  const onKey = (key: string): void => {
    // In raw mode the terminal sends no signal.
    if (key === CTRL_C) process.kill(process.pid, 'SIGINT');
    const id = CAMERAS[Number(key) - 1];
    if (id !== undefined) say(`  camera ${id}: cable ${line.toggleCable(id) ? 'pulled' : 'plugged in'}`);
  };
  input.setRawMode(true);
  input.setEncoding('utf8').on('data', onKey).resume();
  return {
    [Symbol.dispose]: () => {
      input.off('data', onKey).setRawMode(false);
      input.pause();
    },
  };
}

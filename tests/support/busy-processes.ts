import { SupervisedProcess } from '@lineside/kit';
import { NODE } from './processes.ts';

/** Programs that compute without end beside a test, as other programs on the device do. They end with their scope. */
export class BusyProcesses implements AsyncDisposable {
  readonly #processes: readonly SupervisedProcess[];

  constructor(count: number) {
    this.#processes = Array.from(
      { length: count },
      () => new SupervisedProcess({ command: NODE, args: ['-e', 'for (;;);'], stderr: 'ignore' }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#processes.map((one) => one.kill()));
  }
}

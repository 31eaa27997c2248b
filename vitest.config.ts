import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const common = {
  pool: 'forks' as const,
  // Node runs the sources itself, as it runs them where tests start them as children: nothing is transformed twice.
  experimental: { viteModuleRunner: false, nodeLoader: false } as const,
  execArgv: ['--conditions=source'],
  // Only for a test that hangs: what a test waits for has a deadline of its own, which a busy machine extends.
  testTimeout: 600_000,
  hookTimeout: 600_000,
  maxWorkers: 2,
};
const exclude = ['**/node_modules/**', '**/dist/**'];

/** Complete lines with cameras, brokers and browsers: they wait more than they compute. */
const COMPLETE_LINES = ['tests/{flow,e2e,chaos,browser}/**/*.test.ts'];

/**
 * Folders whose tests leave nothing in their process: they count no children of it, run no models or WebAssembly in
 * threads, and change no signals and no variables of the environment. Their files share processes, because loading the
 * modules costs more than most of the tests.
 */
const SHARED = [
  'cloud-sync/{collector,protocol,uplink}/src/**',
  'edge/src/{access,alerts,codes,config,control,event-accuracy,evaluation,events,evidence,fields,history,journal}/**',
  'edge/src/{load,machine,ocr,pieces,pipeline,predictor,privacy,production,rules,sentences,setup,shadow}/**',
  'edge/src/{signals,status,tracking,updates}/**',
  'kit/src/config-file/**',
  'models/src/{families,onnx}/**',
  'scripts/twin/src/{check,output,plant,printing,rtsp,scenes,styles}/**',
  'web/src/**',
].map((folder) => `${folder}/*.test.ts`);

/** Complete lines that take more than a minute: they start first, so that none of them is left over at the end. */
const LONG = [
  ...['e2e/install', 'browser/status-page', 'chaos/nothing-lost', 'flow/restarts', 'e2e/faults', 'flow/overload'],
  ...['e2e/line', 'flow/collector-updates', 'e2e/bad-configuration'],
].map((name) => `tests/${name}.test.ts`);

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const found = LONG.findIndex((name) => moduleId.endsWith(`/${name}`));
      return found < 0 ? LONG.length : found;
    };
    return (await super.sort(files)).toSorted((one, other) => place(one) - place(other));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...common,
          name: 'modules',
          include: ['**/src/**/*.test.ts', 'scripts/**/*.test.ts', 'tests/support/**/*.test.ts', 'bench/**/*.test.ts'],
          exclude: [...exclude, ...SHARED],
        },
      },
      { test: { ...common, name: 'shared', include: SHARED, exclude, isolate: false } },
      {
        test: {
          ...common,
          name: 'lines',
          include: COMPLETE_LINES,
          exclude,
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});

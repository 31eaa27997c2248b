import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * What a stand-in for NVIDIA's `trtexec` does when it is to build: `slow` writes progress for a second, `hungry` takes
 * 64 MB and waits, `hang` waits with a child of its own, `killed` ends as if the kernel had run out of memory,
 * `unsupported` refuses an operator, `empty` ends well without an engine.
 */
export type TrtexecMode = 'good' | 'slow' | 'hungry' | 'hang' | 'killed' | 'unsupported' | 'empty';

export interface FakeTrtexec {
  readonly path: string;
  /** From the next start on. */
  become(mode: TrtexecMode): Promise<void>;
  /** From the next start on, such as `100300` for 10.3.0. */
  version(digits: string): Promise<void>;
  /** Arguments of every build so far, oldest first. */
  builds(): Promise<readonly string[]>;
}

const SCRIPT = String.raw`#!/bin/sh
here=$(dirname "$0")
echo "&&&& RUNNING TensorRT.trtexec [TensorRT v$(cat "$here/version")] [b31] # $0 $*"
[ "$1" = --help ] && exit 0
echo "$*" >> "$here/builds"
for argument in "$@"; do
  case "$argument" in
    --onnx=*) onnx=\${argument#*=} ;;
    --saveEngine=*) engine=\${argument#*=} ;;
    --timingCacheFile=*) cache=\${argument#*=} ;;
  esac
done
echo "[11/20/2026-10:00:00] [I] === Model Options ==="
finish() {
  { echo "engine of"; cksum < "$onnx"; cat "$here/version"; } > "$engine"
  echo "timings" >> "$cache"
  echo "[11/20/2026-10:00:01] [I] Engine built in 1.0 sec."
  echo "&&&& PASSED TensorRT.trtexec"
  exit 0
}
case "$(cat "$here/mode")" in
  good) finish ;;
  slow)
    for step in 1 2 3 4 5; do
      echo "[11/20/2026-10:00:0$step] [I] [TRT] Local timing cache in use: step $step of 5"
      sleep 0.2
    done
    finish ;;
  hungry) data=$(head -c 64000000 /dev/zero | tr '\0' x); sleep 120; echo "\${#data}" ;;
  hang) sleep 120 & echo "$!" > "$here/child"; wait ;;
  killed) echo "[11/20/2026-10:00:00] [I] [TRT] Compiler backend is used"; kill -9 $$ ;;
  unsupported)
    echo "[11/20/2026-10:00:00] [E] [TRT] ModelImporter.cpp:768: No importer registered for op: NonMaxSuppression" >&2
    echo "&&&& FAILED TensorRT.trtexec"
    exit 1 ;;
  empty) echo "&&&& PASSED TensorRT.trtexec"; exit 0 ;;
esac
`;

/** Writes the stand-in to `path` and makes it runnable. */
export async function fakeTrtexec(path: string, mode: TrtexecMode = 'good'): Promise<FakeTrtexec> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  await writeFile(path, SCRIPT.replaceAll('\\${', '${'));
  await chmod(path, 0o755);
  const set = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);
  await set('mode', mode);
  await set('version', '100300');
  return {
    path,
    become: (next) => set('mode', next),
    version: (digits) => set('version', digits),
    builds: async () => {
      const text = await readFile(join(folder, 'builds'), 'utf8').catch(() => '');
      return text.split('\n').filter((line) => line !== '');
    },
  };
}

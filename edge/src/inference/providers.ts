import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Provider } from './model-spec.ts';

/** Best first. */
export const PROVIDER_ORDER: readonly Provider[] = ['tensorrt', 'cuda', 'cpu'];

/** Why a provider was not used. */
export const REFUSAL_CODES = [
  /** This build of ONNX Runtime does not have it. */
  'not_in_build',
  'library_missing',
  /** TensorRT only: nothing was built for this model on this machine. */
  'engine_missing',
  /** It could not be loaded, or its first inference failed. */
  'engine_refused',
  /** Loading it ended the process more than once. */
  'engine_crashed',
  'load_failed',
] as const;

export interface ProviderRefusal {
  readonly provider: Provider;
  readonly code: (typeof REFUSAL_CODES)[number];
  readonly message: string;
}

export interface ProviderChoice {
  /** Providers to try on this machine, best first; the CPU is always the last. */
  readonly candidates: readonly Provider[];
  /** Why each other provider is not among them. */
  readonly refused: readonly ProviderRefusal[];
  /** True when this machine should use its accelerator, so that the CPU is a fall-back and not the normal case. */
  readonly acceleratorExpected: boolean;
}

export interface ProviderFacts {
  /** Names of the providers in this build of ONNX Runtime; it ignores others without an error. */
  readonly supported: readonly string[];
  /** Whether a file exists. */
  readonly exists: (path: string) => Promise<boolean>;
  /** Folder of ONNX Runtime's libraries. */
  readonly libraries: string;
}

/** Which execution providers can be tried; only an inference shows whether one works. */
export async function chooseProviders(facts: ProviderFacts): Promise<ProviderChoice> {
  const candidates: Provider[] = [];
  const refused: ProviderRefusal[] = [];
  const refuse = (provider: Provider, code: ProviderRefusal['code'], message: string): void => {
    refused.push({ provider, code, message });
  };
  for (const provider of PROVIDER_ORDER) {
    const library = join(facts.libraries, `libonnxruntime_providers_${provider}.so`);
    if (provider === 'cpu') candidates.push(provider);
    else if (!facts.supported.includes(provider)) refuse(provider, 'not_in_build', 'not in this build of ONNX Runtime');
    else if (!(await facts.exists(library))) refuse(provider, 'library_missing', 'its library is not installed');
    else candidates.push(provider);
  }
  // The file that names the release of NVIDIA's Jetson Linux.
  const jetson = await facts.exists('/etc/nv_tegra_release');
  return { candidates, refused, acceleratorExpected: jetson || candidates.length > 1 };
}

/** Folder in which the installed ONNX Runtime looks for its providers. */
export function runtimeLibraries(): string {
  const entry = fileURLToPath(import.meta.resolve('onnxruntime-node'));
  return join(dirname(entry), '..', 'bin', 'napi-v6', process.platform, process.arch);
}

/** Whether the installed ONNX Runtime has the TensorRT provider's library; only an inference shows whether it works. */
export async function hasTensorrt(): Promise<boolean> {
  return fileExists(join(runtimeLibraries(), 'libonnxruntime_providers_tensorrt.so'));
}

export async function fileExists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Loads each library with code for this architecture; by name, because a command loads none of them otherwise. */
export const NATIVE_LIBRARIES: Readonly<Record<string, () => Promise<unknown>>> = {
  'better-sqlite3': async () => {
    const { default: Database } = (await load('better-sqlite3')) as {
      readonly default: new (path: string) => { close(): void };
    };
    // Its native code is loaded with the first database.
    new Database(':memory:').close();
  },
  sharp: () => load('sharp'),
  'onnxruntime-node': () => load('onnxruntime-node'),
};

function load(name: string): Promise<unknown> {
  return import(name);
}

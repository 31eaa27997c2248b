/** Ids of devices by customer; one that ends with `*` stands for all that begin so. */
export type CustomerDevices = Readonly<Record<string, readonly string[]>>;

/** Metadata that every device needs, whoever its releases are for. */
const COMMON = new Set(['root', 'targets', 'snapshot', 'timestamp']);

/** Whether a device may read a public file of this name. Undefined customers: every device may read everything. */
export function mayRead(customers: CustomerDevices | undefined, device: string, name: string): boolean {
  if (customers === undefined) return true;
  const owner = ownerOf(name);
  if (owner === undefined) return true;
  return Object.hasOwn(customers, owner) && (customers[owner]?.some((one) => isNamed(one, device)) ?? false);
}

/**
 * The customer whose releases a file tells about; undefined where it is of all. Files of releases are found by their hash alone, and
 * only the documents of a customer say it.
 */
function ownerOf(name: string): string | undefined {
  const [folder, ...rest] = name.split('/');
  if (folder === 'targets') return rest[1] ?? '';
  if (folder !== 'metadata') return undefined;
  const role = /^(?:\d+\.)?(.+)\.json$/.exec(rest.join('/'))?.[1] ?? '';
  return COMMON.has(role) ? undefined : role;
}

function isNamed(one: string, device: string): boolean {
  return one.endsWith('*') ? device.startsWith(one.slice(0, -1)) : one === device;
}

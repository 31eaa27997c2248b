import { splitLogin } from '@lineside/kit';

/** What a first configuration is made of. */
export interface StarterOptions {
  readonly device: string;
  /** URL of each camera, as a person has it; a password in it becomes a file of its own. */
  readonly cameras: readonly string[];
  /** A model of the catalog, or the id of an imported one. */
  readonly model: string;
  readonly uplink?: { readonly broker: string; readonly username: string };
}

/** A configuration file with what it refers to. */
export interface Starter {
  readonly yaml: string;
  /** Secrets by the path of their file, relative to the configuration's folder. */
  readonly secrets: ReadonlyMap<string, string>;
  readonly cameraIds: readonly string[];
}

/** The rule that makes events of a catalog model's detections; another model needs one that fits its labels. */
const RULES: Readonly<Record<string, string>> = {
  defect: 'product_defect',
  ppe: 'missing_headwear',
  sanitation: 'spill',
};
const PASSWORD_FILE = 'secrets/uplink-password';

/** The smallest configuration that inspects with these cameras. Writes nothing. */
export function starterConfig({ device, cameras, model, uplink }: StarterOptions): Starter {
  const secrets = new Map<string, string>();
  const ids = cameras.map((_, index) => (cameras.length === 1 ? 'camera' : `camera-${index + 1}`));
  const lines = [
    '# Every key: docs/configuration.md. After a change: lineside config check',
    `device: ${quoted(device)}`,
    '',
  ];
  lines.push(cameras.length === 0 ? '# cameras: [{id: camera, url: rtsp://..., models: [defect]}]' : 'cameras:');
  for (const [index, url] of cameras.entries()) {
    const id = ids[index] ?? 'camera';
    const path = `secrets/${id}`;
    const { withReference, password } = splitLogin(url, `\${file:./${path}}`);
    if (password !== undefined) secrets.set(path, password);
    lines.push(`  - id: ${id}`, `    url: ${quoted(withReference)}`, `    models: [${quoted(model)}]`);
  }
  const rule = RULES[model];
  lines.push('');
  if (rule === undefined || ids.length === 0) {
    lines.push(
      '# What becomes an event: docs/rules.md',
      '# rules: [{id: first, type: product_defect, camera: camera, model: MODEL, labels: [LABEL]}]',
    );
  } else {
    lines.push('# What becomes an event: docs/rules.md', 'rules:');
    for (const id of ids) lines.push(`  - {id: ${id}-rule, type: ${rule}, camera: ${id}, model: ${model}}`);
    lines.push('  # What is wrong with the cameras themselves.');
    for (const id of ids) lines.push(`  - {id: ${id}-health, type: camera_health, camera: ${id}}`);
  }
  lines.push('');
  if (uplink === undefined) {
    lines.push(
      '# The collector; without it the device works alone and keeps all records.',
      '# uplink: {broker: "mqtts://collector:8883"}',
    );
  } else {
    lines.push('uplink:', `  broker: ${quoted(uplink.broker)}`, `  username: ${quoted(uplink.username)}`);
    lines.push(`  password: \${file:./${PASSWORD_FILE}}`);
  }
  return { yaml: `${lines.join('\n')}\n`, secrets, cameraIds: ids };
}

/** A YAML 1.2 double-quoted scalar: JSON's strings are a part of those. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

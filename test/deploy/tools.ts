import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const built = new URL('../../node_modules/.cache/deploy-tools/', import.meta.url).pathname;

/** Where a tool of deploy/ is: built by `npm run deploy:tools`, or on the PATH; undefined: nowhere. */
export function findTool(name: string): string | undefined {
  const folders = [built, ...(process.env['PATH'] ?? '').split(delimiter)];
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
}

/** Why a test that needs these tools cannot run; false when it can. */
export function missing(...names: readonly string[]): string | false {
  const absent = names.filter((name) => findTool(name) === undefined);
  return absent.length > 0 && `needs ${absent.join(', ')}: npm run deploy:tools builds them where Go is`;
}

interface Description {
  readonly definitions: Readonly<
    Record<
      string,
      {
        readonly 'x-kubernetes-group-version-kind'?: readonly { readonly group: string; readonly version: string; readonly kind: string }[];
      }
    >
  >;
}

/**
 * Kubernetes' own description of its objects -> a folder of JSON Schemas, one for each kind, as kubeconform looks for them (kind, first word of the group, version): no key but those
 * that are described. Returns the -schema-location; undefined where the description is not there.
 */
export function kubernetesSchemas(folder: string): string | undefined {
  const file = join(built, 'kubernetes.json');
  if (!existsSync(file)) return undefined;
  const { definitions } = JSON.parse(readFileSync(file, 'utf8')) as Description;
  mkdirSync(folder, { recursive: true });
  const strict = JSON.stringify(definitions, (_key, value: unknown) => {
    const isMap = typeof value === 'object' && value !== null && 'properties' in value && 'type' in value;
    return isMap ? { additionalProperties: false, ...value } : value;
  })
    // Whole numbers or text: the description says text and means both.
    .replaceAll(/\{"[^{}]*"format":"int-or-string"[^{}]*\}/g, '{"oneOf":[{"type":"string"},{"type":"integer"}]}');
  for (const [name, { 'x-kubernetes-group-version-kind': kinds = [] }] of Object.entries(definitions)) {
    for (const { group, version, kind } of kinds) {
      const schema = `{"$ref":"#/definitions/${name}","definitions":${strict}}`;
      if (wanted.has(kind))
        writeFileSync(join(folder, `${[kind, ...group.split('.', 1), version].filter(Boolean).join('-').toLowerCase()}.json`), schema);
    }
  }
  return `${folder}/{{ .ResourceKind }}{{ .KindSuffix }}.json`;
}

const wanted = new Set([
  'StatefulSet',
  'Service',
  'ServiceAccount',
  'ConfigMap',
  'PodDisruptionBudget',
  'NetworkPolicy',
  'ClusterRole',
  'ClusterRoleBinding',
]);

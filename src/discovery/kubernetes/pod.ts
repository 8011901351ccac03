import { z } from 'zod';
import type { TargetLabels } from '../source.ts';

const text = z.string().nullish();
const texts = z.record(z.string(), z.string()).nullish();

const ContainerSchema = z.object({
  name: z.string(),
  image: text,
  ports: z.array(z.object({ name: text, containerPort: z.number(), protocol: text })).nullish(),
});
const StatusSchema = z.object({ name: z.string(), containerID: text });

/** What is read of a pod (Kubernetes API, core/v1 Pod). */
export const PodSchema = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string().default('default'),
    uid: z.string(),
    resourceVersion: text,
    labels: texts,
    annotations: texts,
    ownerReferences: z.array(z.object({ kind: z.string(), name: z.string(), controller: z.boolean().nullish() })).nullish(),
  }),
  spec: z.object({
    nodeName: text,
    containers: z.array(ContainerSchema).nullish(),
    initContainers: z.array(ContainerSchema).nullish(),
  }),
  status: z
    .object({
      phase: text,
      podIP: text,
      hostIP: text,
      conditions: z.array(z.object({ type: z.string(), status: z.string() })).nullish(),
      containerStatuses: z.array(StatusSchema).nullish(),
      initContainerStatuses: z.array(StatusSchema).nullish(),
    })
    .prefault({}),
});

/** A pod, as far as it is read. */
export type Pod = z.output<typeof PodSchema>;
type Container = z.output<typeof ContainerSchema>;

/**
 * The targets of a pod with the labels of Prometheus's kubernetes_sd, role pod: one for each port of each container, one without a port for a
 * container that declares none; none while the pod has no address.
 */
export function targetsOfPod(pod: Pod): TargetLabels[] {
  const address = pod.status.podIP ?? '';
  if (address === '') return [];
  const common = podLabels(pod, address);
  const host = address.includes(':') ? `[${address}]` : address;
  const of = (container: Container, init: boolean): TargetLabels[] => {
    const statuses = (init ? pod.status.initContainerStatuses : pod.status.containerStatuses) ?? [];
    const labels = {
      ...common,
      __meta_kubernetes_pod_container_name: container.name,
      __meta_kubernetes_pod_container_id: statuses.find(({ name }) => name === container.name)?.containerID ?? '',
      __meta_kubernetes_pod_container_image: container.image ?? '',
      __meta_kubernetes_pod_container_init: String(init),
    };
    const ports = container.ports ?? [];
    if (ports.length === 0) return [{ ...labels, __address__: host }];
    return ports.map(({ name, containerPort, protocol }) => ({
      ...labels,
      __address__: `${host}:${containerPort}`,
      __meta_kubernetes_pod_container_port_name: name ?? '',
      __meta_kubernetes_pod_container_port_number: String(containerPort),
      __meta_kubernetes_pod_container_port_protocol: protocol ?? 'TCP',
    }));
  };
  return [
    ...(pod.spec.containers ?? []).flatMap((one) => of(one, false)),
    ...(pod.spec.initContainers ?? []).flatMap((one) => of(one, true)),
  ];
}

function podLabels({ metadata, spec, status }: Pod, address: string): TargetLabels {
  const ready = status.conditions?.find(({ type }) => type === 'Ready')?.status ?? 'unknown';
  const controller = metadata.ownerReferences?.find((owner) => owner.controller === true);
  return {
    __meta_kubernetes_namespace: metadata.namespace,
    __meta_kubernetes_pod_name: metadata.name,
    __meta_kubernetes_pod_ip: address,
    __meta_kubernetes_pod_ready: ready.toLowerCase(),
    __meta_kubernetes_pod_phase: status.phase ?? '',
    __meta_kubernetes_pod_node_name: spec.nodeName ?? '',
    __meta_kubernetes_pod_host_ip: status.hostIP ?? '',
    __meta_kubernetes_pod_uid: metadata.uid,
    ...(controller && {
      __meta_kubernetes_pod_controller_kind: controller.kind,
      __meta_kubernetes_pod_controller_name: controller.name,
    }),
    ...named('label', metadata.labels ?? {}),
    ...named('annotation', metadata.annotations ?? {}),
  };
}

function named(what: 'label' | 'annotation', values: Readonly<Record<string, string>>): TargetLabels {
  const labels: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) {
    const key = name.replace(/[^a-zA-Z0-9_]/g, '_');
    labels[`__meta_kubernetes_pod_${what}_${key}`] = value;
    labels[`__meta_kubernetes_pod_${what}present_${key}`] = 'true';
  }
  return labels;
}

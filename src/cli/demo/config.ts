/** Addresses and directories of a demo. */
export interface DemoPlaces {
  readonly receiver: string;
  readonly admin: string;
  readonly upstream: string;
  /** Directory of the queue. */
  readonly queue: string;
}

/** The configuration of the demo, as the file that the user is shown. */
export function demoConfig(places: DemoPlaces): string {
  return `# Written by \`flamegate demo\`. Try it yourself: flamegate run THIS_FILE
receivers:
  pyroscope:
    endpoint: ${places.receiver}
processors:
  label_drop:
    names: [pod]
  external_labels:
    labels: { env: demo }
exporters:
  pyroscope:
    endpoints:
      - name: upstream
        url: ${places.upstream}
    queue: { type: disk, dir: ${places.queue} }
service:
  pipelines:
    profiles: { receivers: [pyroscope], processors: [label_drop, external_labels], exporters: [pyroscope] }
  admin: { endpoint: ${places.admin} }
  telemetry: { logs: { level: warn }, profiles: { enabled: true } } # the gateway's own profiles, through itself
`;
}

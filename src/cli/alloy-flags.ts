/*
 * What people type who come from Grafana Alloy: flags of `alloy run` (docs/sources/reference/cli/run.md), as its Helm chart, units and compose
 * files have them, and the verbs that have no counterpart.
 */

const flags: Readonly<Record<string, string>> = {
  '--server.http.listen-addr': 'use --set service.admin.endpoint=ADDRESS, where /metrics, /-/ready and /-/reload are',
  '--server.http.ui-path-prefix': 'not needed: the admin endpoint has an address of its own, service.admin.endpoint',
  '--server.http.memory-addr': 'not needed: nothing is called over memory',
  '--server.http.enable-pprof': "not needed: the gateway's own profiles are service.telemetry.profiles",
  '--server.http.disable-support-bundle': 'not needed: service.admin.token_file says who may ask for one',
  '--storage.path': 'use exporters.ID.queue.dir, or --queue-dir DIR with an .alloy file',
  '--stability.level': 'not needed: there are no levels of stability, leave it out',
  '--disable-reporting': 'not needed: nothing is reported, leave it out',
  '--feature.component-shutdown-deadline': 'use service.shutdown.timeout',
  '--windows.priority': 'not needed: leave it out',
  '--source-format': 'convert reads .alloy and .river files only, leave it out',
  '--output': 'convert writes to stdout: redirect it',
  '--report': 'what cannot be converted is on stderr: redirect it',
  '--bypass-errors': 'what cannot be converted is an error',
};

/** By how a flag begins. */
const families: readonly (readonly [string, string])[] = [
  ['--cluster.', 'not needed: each gateway stands alone behind a balancer'],
  ['--config.', 'not needed: a file is .yaml, .alloy or .river'],
  ['--feature.', 'not needed: leave it out'],
  ['--server.', 'see service.admin'],
];

const verbs: Readonly<Record<string, string>> = {
  tools: 'Flamegate has no tools of other components',
  otel: 'Flamegate reads .yaml and .alloy files: `flamegate run FILE`',
};

/** For whoever types what Alloy understands: a line for each word with the key or verb that does the same here; empty when there is none. */
export function alloyFlagHint(argv: readonly string[]): string[] {
  const [verb = '', ...rest] = argv;
  const verbHint = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
  if (verbHint !== undefined) return [`${verb}: ${verbHint}`];
  return rest
    .filter((word) => word.startsWith('--'))
    .flatMap((word) => {
      const flag = word.split('=', 1)[0] ?? '';
      const hint = Object.hasOwn(flags, flag) ? flags[flag] : families.find(([begin]) => flag.startsWith(begin))?.[1];
      return hint === undefined ? [] : [`${flag}: ${hint}`];
    });
}

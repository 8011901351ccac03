import { posix } from 'node:path';

/**
 * A path as Go's url.JoinPath leaves it, which Grafana Alloy sends /ingest to: no doubled or trailing slashes, no dot segments, never above the
 * root. Begins with '/'.
 */
export function cleanPath(path: string): string {
  return posix.normalize(`/${path}`).replace(/(?<=.)\/$/, '');
}

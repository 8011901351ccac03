import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';

/** What the account is read from. */
interface Status {
  readonly endpoints: readonly Line[];
  readonly account: readonly Line[];
}

type Line = Readonly<Record<string, unknown>> & { readonly unaccounted: number };

/** Numbers of metrics by name and labels. */
interface Numbers {
  sum(name: string, labels?: Readonly<Record<string, string>>): number;
}

const withinMs = 10_000; // what is on its way through pipelines and into a queue is in nobody's books for a moment

/**
 * Both equations of the account hold, by status and by /metrics: for each endpoint accepted + recovered = delivered + queued + dropped + dead
 * letters, for each exporter what receivers let through and processors left = accepted. Rejects with the lines that do not add up; looks at
 * nothing when the admin endpoint asks for a token.
 */
export async function checkAccount(admin: string, metrics: () => Promise<Numbers>): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await fetch(`${admin}/api/v1/status`);
    if (answer.status === 401) return;
    const status = (await answer.json()) as Status;
    const wrong = [...unaccounted(status), ...unbalanced(await metrics(), status.endpoints)];
    if (wrong.length === 0) return;
    if (performance.now() > deadline) assert.fail(`the account does not add up: ${JSON.stringify(wrong, null, 1)}`);
    await setTimeout(50);
  }
}

function unaccounted({ endpoints, account }: Status): Line[] {
  return [...endpoints, ...account].filter((line) => line.unaccounted !== 0);
}

function unbalanced(metrics: Numbers, endpoints: readonly Line[]): object[] {
  return endpoints.flatMap((line) => {
    const labels = { exporter: String(line['exporter']), endpoint: String(line['endpoint']) };
    const sum = (name: string): number => metrics.sum(`flamegate_${name}`, labels);
    const came = sum('endpoint_accepted_profiles_total') + sum('exporter_recovered_profiles_total');
    const ended = ['delivered_profiles_total', 'queued_profiles', 'dropped_profiles_total', 'dead_lettered_profiles_total'].map((name) =>
      sum(`endpoint_${name}`),
    );
    return came === ended.reduce((total, value) => total + value, 0) ? [] : [{ ...labels, came, ended }];
  });
}

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { startServer } from './start-server.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** One series of an answer of Prometheus, with its value at the moment asked for. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A rule as Prometheus judges it. */
export interface JudgedRule {
  readonly name: string;
  /** `ok` if it could be evaluated. */
  readonly health: string;
  readonly lastError?: string;
  readonly state: 'inactive' | 'pending' | 'firing';
}

/** Prometheus itself, scraping one target every second. */
export interface PrometheusServer {
  /** What an expression gives now. */
  query(expression: string): Promise<readonly Sample[]>;
  /** Names of all metrics that it has seen. */
  names(): Promise<readonly string[]>;
  rules(): Promise<readonly JudgedRule[]>;
  stop(): Promise<void>;
}

/** How long it may take to be ready: a second, more where other work has the cores. */
const READY_MS = 60_000;

/** Why there is no Prometheus to test with; `false` where there is one. For node:test's `skip`. */
export function prometheusSkip(): string | false {
  return spawnSync('prometheus', ['--version']).error !== undefined
    ? 'no Prometheus: `apt-get install prometheus` (Debian) brings it'
    : false;
}

/**
 * Starts the `prometheus` of the path in a temporary folder.
 *
 * @param target - Whom it asks for `/metrics`, `host:port`.
 * @param rules - Files with alert rules, by their full paths.
 */
export async function startPrometheus(
  target: string,
  rules: readonly string[] = [],
): Promise<PrometheusServer> {
  const folder = temporaryFolder();
  const config = join(folder, 'prometheus.yml');
  const url = `http://127.0.0.1:${await freePort()}`;
  writeFileSync(
    config,
    JSON.stringify({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: rules,
      scrape_configs: [{ job_name: 'secl', static_configs: [{ targets: [target] }] }],
    }),
  );
  const end = await startServer('Prometheus', {
    command: 'prometheus',
    parameters: [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${new URL(url).host}`,
    ],
    folder,
    readyUrl: `${url}/-/ready`,
    readyMs: READY_MS,
  });
  const api = async <T>(path: string): Promise<T> => {
    const response = await fetch(`${url}/api/v1/${path}`);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return ((await response.json()) as { data: T }).data;
  };
  return {
    query: async (expression) => {
      const { result } = await api<{
        result: { metric: Record<string, string>; value: [number, string] }[];
      }>(`query?query=${encodeURIComponent(expression)}`);
      return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    },
    names: () => api('label/__name__/values'),
    rules: async () => {
      const { groups } = await api<{ groups: { rules: JudgedRule[] }[] }>('rules');
      return groups.flatMap((group) => group.rules);
    },
    stop: () => end('SIGTERM'),
  };
}

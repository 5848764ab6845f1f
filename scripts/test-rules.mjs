/**
 * `npm run test:rules`: checks `docker/prometheus/alerts.yaml` and makes each of its alerts fire and stop, with
 * Prometheus' own `promtool`. Where that is not installed nothing is checked, which is a failure.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../docker/prometheus/', import.meta.url));

/** Runs promtool; `undefined` where there is none. */
function promtool(...args) {
  const { status, error } = spawnSync('promtool', args, { cwd: folder, stdio: 'inherit' });
  return error?.code === 'ENOENT' ? undefined : (status ?? 1);
}

const checked = promtool('check', 'rules', 'alerts.yaml');
if (checked === undefined) {
  console.error('promtool is not here; `apt-get install prometheus` (Debian) brings it.');
  process.exitCode = 1;
} else process.exitCode = checked || promtool('test', 'rules', 'alerts.test.yaml');

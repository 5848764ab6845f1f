import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { packageRoot } from '../../src/app/package-root.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Runs a file of tests of Kafka, and one that needs nothing, on a machine without Java and without containers. */
function runWithoutJava(more: Readonly<Record<string, string>>): {
  readonly code: number | null;
  readonly out: string;
} {
  const environment: NodeJS.ProcessEnv = { ...process.env, ...more, PATH: temporaryFolder() };
  environment['KAFKA_CONTAINER'] = '0';
  delete environment['KAFKA_BROKERS'];
  delete environment['SECL_ALLOWED_SKIP'];
  delete environment['NODE_TEST_CONTEXT'];
  const { status, stdout } = spawnSync(
    process.execPath,
    ['scripts/run-tests.mjs', 'contract/kafka-broker', 'unit/random/seeded-random'],
    { cwd: packageRoot(), encoding: 'utf8', env: environment },
  );
  return { code: status, out: stdout };
}

describe('scripts/run-tests.mjs without Kafka', () => {
  it('fails in CI, and says what to install', () => {
    const { code, out } = runWithoutJava({ CI: '1' });
    assert.equal(code, 1, out);
    assert.match(out, /FAILED contract\/kafka-broker .*\n.*install Java 17 and Maven/);
    assert.match(out, /\n\d+ passed, [1-9]\d* failed, 0 skipped\n$/);
  });

  it('skips on a developer’s machine, and says why', () => {
    const { code, out } = runWithoutJava({ CI: '' });
    assert.equal(code, 0, out);
    assert.match(out, /Skipped:\n {2}contract\/kafka-broker .*install Java 17 and Maven/);
    assert.match(out, /\n[1-9]\d* passed, 0 failed, [1-9]\d* skipped\n$/);
  });
});

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/app/package-root.ts';
import { freePort } from './free-port.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Runs on Java 17; the next ones want 21. */
const ARTIFACT = 'io.apicurio:apicurio-registry-app:3.0.9:tar.gz:all';
const FOLDER = join(packageRoot(), '.cache', 'registry');
const RUNNER = join(FOLDER, 'apicurio-registry-app-3.0.9-runner.jar');
/** How long it may take to answer: 8 s on idle cores. */
const START_MS = 180_000;
const JAVA_FLAGS = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
/** Runs Java beside a reader of standard input: whatever ends the tests ends the registry too. */
const GUARD = '"$@" & cat >/dev/null; kill -9 $!';

/** In a folder of its own: without a project, Maven leaves a marker where it runs. */
const works = (command: string, ...parameters: string[]): boolean =>
  spawnSync(command, parameters, { stdio: 'ignore', cwd: temporaryFolder() }).status === 0;

/**
 * Why no real registry is tested against; `false` under `npm run test:registry`, which fetches one through Maven (104
 * MiB, kept in `.cache/registry`) and takes a minute or two.
 */
export function apicurioSkip(): string | false {
  if (process.env['SECL_TEST_REGISTRY'] !== '1')
    return 'no real registry: `npm run test:registry` starts one';
  if (!works('java', '-version')) return 'no real registry: it needs Java 17';
  if (!existsSync(RUNNER))
    works(
      ...(['mvn', '-q', '-B', 'dependency:unpack', `-Dartifact=${ARTIFACT}`] as const),
      `-DoutputDirectory=${FOLDER}`,
    );
  return existsSync(RUNNER) ? false : 'no real registry: Maven could not fetch it';
}

/** Starts Apicurio Registry with its data in memory. */
export async function startApicurio(): Promise<{
  readonly url: string;
  stop(): Promise<void>;
}> {
  const port = await freePort();
  const output = openSync(join(temporaryFolder(), 'registry.log'), 'a');
  const guard = spawn('sh', ['-c', GUARD, 'sh', 'java', ...JAVA_FLAGS, '-jar', RUNNER], {
    stdio: ['pipe', output, output],
    cwd: FOLDER,
    detached: true,
    env: {
      ...process.env,
      QUARKUS_HTTP_HOST: '127.0.0.1',
      QUARKUS_HTTP_PORT: String(port),
    },
  });
  const url = `http://127.0.0.1:${port}/apis/ccompat/v7`;
  const deadline = performance.now() + START_MS;
  for (;;) {
    const up = await fetch(`${url}/subjects`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (up) break;
    if (performance.now() > deadline) throw new Error('Apicurio Registry did not start');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return {
    url,
    stop: async () => {
      const gone = once(guard, 'exit');
      guard.stdin?.end();
      await gone;
    },
  };
}

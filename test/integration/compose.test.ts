import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { packageRoot } from '../../src/app/package-root.ts';
import { groupsOf } from '../../src/app/worker/groups-of.ts';
import { readTopology } from '../../src/topology/parse-topology.ts';

const folder = path.join(packageRoot(), 'docker');
const read = (file: string): string => readFileSync(path.join(folder, file), 'utf8');

interface Service {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly user?: string;
  readonly profiles?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly deploy?: {
    readonly resources: {
      readonly reservations: {
        readonly devices: readonly {
          readonly count: number;
          readonly capabilities: readonly string[];
        }[];
      };
    };
  };
  readonly command?: readonly string[];
  readonly restart?: string;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: readonly string[] | Readonly<Record<string, unknown>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
}

const compose = parse(read('compose.yaml'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
const services = Object.entries(compose.services);

// Where this runs there is no container engine: what can be read is held.
describe('docker/compose.yaml', () => {
  it('pins every image, and runs none as root', () => {
    for (const [name, { image, build, user }] of services) {
      if (build !== undefined) {
        const dockerfile = readFileSync(path.join(folder, build.context, build.dockerfile), 'utf8');
        const runtime = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
        assert.match(runtime, /\nUSER (?!root)\w+/, name);
        for (const [, from] of dockerfile.matchAll(/^FROM (\S+)/gm))
          assert.match(from ?? '', /:\d+\.\d+\.\d+/, name);
        continue;
      }
      assert.match(image, /:v?\d+\.\d+\.\d+$/, name);
      assert.ok(user !== undefined && !['root', '0'].includes(user), name);
    }
  });

  it('opens ports to this machine alone', () => {
    for (const port of services.flatMap(([, { ports = [] }]) => ports))
      assert.match(port, /^127\.0\.0\.1:/);
  });

  it('says of each service how it is, or why nobody asks', () => {
    for (const [name, { healthcheck, restart }] of services)
      assert.ok(healthcheck !== undefined || restart === 'no', name);
  });

  it('has nothing but words where words are asked for', () => {
    // A colon and a space in a bare scalar make a mapping of it, which Compose refuses together with the whole file.
    for (const [name, { command = [], ports = [], volumes = [], healthcheck }] of services)
      for (const word of [...command, ...ports, ...volumes, ...(healthcheck?.test ?? [])])
        assert.equal(typeof word, 'string', `${name}: ${JSON.stringify(word)}`);
  });

  it('starts again whatever ends by itself', () => {
    for (const [name, { restart }] of services)
      assert.equal(restart, name === 'topics' ? 'no' : 'unless-stopped', name);
  });

  it('mounts files that are there and volumes that are named, and depends on services that are there', () => {
    for (const [name, { volumes = [], depends_on: needs = [] }] of services) {
      for (const volume of volumes) {
        const [source = ''] = volume.split(':');
        if (source.startsWith('.')) assert.ok(existsSync(path.join(folder, source)), source);
        else assert.ok(Object.hasOwn(compose.volumes, source), source);
      }
      for (const needed of Array.isArray(needs) ? (needs as string[]) : Object.keys(needs))
        assert.ok(Object.hasOwn(compose.services, needed), `${name} needs ${needed}`);
    }
  });

  it('gives workers and trainer a pipeline that is right, and options that exist', () => {
    const { broker, training } = readTopology(read('pipeline.yaml'), 'pipeline.yaml');
    assert.equal(training.trainer, 'service');
    assert.ok(Object.hasOwn(compose.services, broker.brokers.split(':')[0] ?? ''));
    assert.ok(Object.hasOwn(compose.services, new URL(broker.registry.url ?? '').hostname));
    const cli = (file: string): string =>
      readFileSync(path.join(packageRoot(), 'src', 'cli', file), 'utf8');
    const known = [...'run trainer topics'.split(' ')].map((name) => cli(`${name}-command.ts`));
    for (const [name, { build, command = [] }] of services)
      for (const option of build === undefined ? [] : command.filter((word) => /^--/.test(word)))
        assert.ok(
          [...known, cli('broker-options.ts'), cli('service-options.ts')].some((text) =>
            text.includes(`'${option}`),
          ),
          `${name} ${option}`,
        );
  });

  it('has the trainer for a GPU share group, registry, model and adapters with the workers', () => {
    const [name, service] = services.find(
      ([, { profiles }]) => profiles?.includes('gpu') === true,
    )!;
    const { environment = {}, volumes, deploy, build } = service;
    const { broker, model } = readTopology(read('pipeline.yaml'), 'pipeline.yaml');
    const setting = (key: string): string | undefined => environment[`SECL_TRAINER_${key}`];
    assert.equal(setting('GROUP'), groupsOf({ broker }).training);
    assert.equal(setting('BROKERS'), broker.brokers);
    assert.equal(setting('REGISTRY_URL'), broker.registry.url);
    assert.equal(setting('STORE'), path.posix.join(broker.folder, 'adapters'));
    const cache = /SECL_CACHE_DIR=(\S+)/.exec(read('Dockerfile'))?.[1] ?? '';
    assert.equal(setting('MODEL'), path.posix.join(cache, 'models', model.name, 'model.gguf'));
    assert.deepEqual(volumes, ['data:/data']);
    const [device] = deploy?.resources.reservations.devices ?? [];
    assert.deepEqual([device?.count, device?.capabilities], [1, ['gpu']]);
    // Both write into the volume: users are known by their numbers there, and `node` is 1000 in Node's image.
    assert.equal(/useradd --uid (\d+)/.exec(read('trainer/Dockerfile'))?.[1], '1000');
    assert.equal(build?.dockerfile, 'docker/trainer/Dockerfile');

    const settings = read('trainer/secl_trainer/settings.py');
    const known = [...settings.matchAll(/option\(\w+, "([a-z0-9-]+)"/g)].map(
      ([, option = '']) => `SECL_TRAINER_${option.toUpperCase().replaceAll('-', '_')}`,
    );
    for (const variable of Object.keys(environment).filter((key) => /^SECL_/.test(key)))
      assert.ok(known.includes(variable), `${name} ${variable}`);
    // What is started by hand is of the same group, by default.
    const defaults = groupsOf(readTopology('version: 1\nname: t\n', 't.yaml')).training;
    assert.match(settings, new RegExp(`"group", str, "${defaults}"`));
  });

  it('has every package of the trainer in one version, those that it names among them', () => {
    const lines = read('trainer/requirements.txt')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    const pins = lines.map((line) => {
      const [, pin] = /^([a-z0-9-]+==[\w.]+)( ; sys_platform == "linux")?$/.exec(line) ?? [];
      return pin ?? assert.fail(line);
    });
    const names = pins.map((pin) => pin.split('==')[0]);
    assert.equal(new Set(names).size, names.length);
    const [, named = ''] =
      /^dependencies = \[([^\]]*)\]/m.exec(read('trainer/pyproject.toml')) ?? [];
    const wanted = [...named.matchAll(/"([^"]+)"/g)].map(([, pin = '']) => pin);
    assert.ok(wanted.length > 0);
    for (const pin of wanted) assert.ok(pins.includes(pin), pin);
    assert.match(read('trainer/Dockerfile'), /pip install \S+ --no-deps -r requirements\.txt/);
  });

  it('has collector, Prometheus and Grafana find each other', () => {
    const collector = parse(read('otel/collector.yaml')) as {
      exporters: Record<string, { endpoint: string }>;
      service: { pipelines: Record<string, { exporters: string[] }> };
    };
    for (const { exporters } of Object.values(collector.service.pipelines))
      for (const exporter of exporters) assert.ok(Object.hasOwn(collector.exporters, exporter));
    const { scrape_configs: jobs } = parse(read('prometheus/prometheus.yaml')) as {
      scrape_configs: {
        job_name: string;
        static_configs?: { targets: string[] }[];
        dns_sd_configs?: { names: string[]; port: number }[];
      }[];
    };
    const otlp = jobs.find(({ job_name: name }) => name === 'otlp');
    const [target = ''] = otlp?.static_configs?.[0]?.targets ?? [];
    const [host, port] = target.split(':');
    assert.ok(Object.hasOwn(compose.services, host ?? ''));
    assert.ok(collector.exporters['prometheus']?.endpoint.endsWith(`:${port ?? ''}`));
    // Behind the collector, gauges and times have units in their names, which no alert rule knows.
    const asked = jobs.find(({ job_name: name }) => name === 'secl')?.dns_sd_configs?.[0];
    assert.deepEqual(asked?.names, ['worker', 'trainer']);
    for (const name of asked.names) assert.ok(Object.hasOwn(compose.services, name));
    const { metrics } = readTopology(read('pipeline.yaml'), 'pipeline.yaml').telemetry;
    assert.deepEqual([metrics.exporter, metrics.endpoint], ['prometheus', `0.0.0.0:${asked.port}`]);
    const dashboards = parse(read('grafana/provisioning/dashboards/secl.yaml')) as {
      providers: { options: { path: string } }[];
    };
    const place = dashboards.providers[0]?.options.path ?? '?';
    assert.ok(
      compose.services['grafana']?.volumes?.some((volume) => volume.includes(`:${place}/`)),
    );
  });
});

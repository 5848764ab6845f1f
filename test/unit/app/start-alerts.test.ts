import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openRecordCodecs } from '../../../src/adapters/avro/record-codecs.ts';
import { createMemoryBroker } from '../../../src/adapters/memory/memory-broker.ts';
import { alertLine } from '../../../src/app/alert-line.ts';
import { alertsOfCommand } from '../../../src/app/alerts-of-command.ts';
import { startAlerts, type StartAlertsOptions } from '../../../src/app/start-alerts.ts';
import { loadTopology } from '../../../src/app/load-topology.ts';
import { SeclError } from '../../../src/errors/secl-error.ts';
import type { Alert } from '../../../src/events/alert.ts';
import type { Broker } from '../../../src/ports/broker.ts';
import type { Topology } from '../../../src/topology/topology.ts';
import { alertOf } from '../../support/alerts-fixture.ts';
import { manualClock, type ManualClock } from '../../support/manual-clock.ts';
import { scriptedServer } from '../../support/scripted-server.ts';
import { sketchWindow, verdictOf } from '../../support/verdict-fixture.ts';

const codecs = openRecordCodecs();
const usual = await loadTopology();
const topology: Topology = { ...usual, alerts: { ...usual.alerts, settleMinutes: 0 } };
const { topics } = topology;
const MINUTE = 60_000;

interface Scene {
  readonly broker: Broker;
  readonly clock: ManualClock;
  readonly options: StartAlertsOptions;
  readonly troubles: string[];
  readonly delivered: Alert[];
  /** What stands on the topic of alerts. */
  told(): Promise<string[]>;
  judge(level: 'trust' | 'do-not-trust', ordinal: number): Promise<void>;
}

async function scene(): Promise<Scene> {
  const clock = manualClock();
  const broker = createMemoryBroker({ clock });
  await broker.ensureTopics(
    [topics.answers, topics.calibration, topics.deadLetters, topics.adapterDecisions].map(
      (name) => ({ name }),
    ),
  );
  const troubles: string[] = [];
  const delivered: Alert[] = [];
  return {
    broker,
    clock,
    troubles,
    delivered,
    options: {
      broker,
      topology,
      codecs,
      clock,
      pollMs: 5,
      onTrouble: (message) => troubles.push(message),
      sink: {
        deliver: (alert) => {
          delivered.push(alert);
          return Promise.resolve({ ok: true });
        },
      },
    },
    told: async () => {
      const { earliest, end } = await broker.bounds(topics.alerts, 0);
      const found: string[] = [];
      if (earliest < end)
        for await (const { value } of broker.read(topics.alerts, 0, earliest)) {
          const decoded = codecs.alert.decode(value ?? new Uint8Array());
          assert.ok(decoded.ok);
          found.push(`${decoded.value.rule} ${decoded.value.state} ${decoded.value.level}`);
        }
      return found;
    },
    judge: async (level, ordinal) => {
      const window = {
        ...sketchWindow({ ordinal, band: [0, 0.1] }),
        verdict: verdictOf({ level }),
      };
      await broker.append([
        { topic: topics.calibration, key: null, value: codecs.calibrationWindow.encode(window) },
      ]);
    },
  };
}

/** Waits until something holds; fails loudly if it never does. */
async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  for (let i = 0; i < 2000; i++) {
    if (await holds()) return;
    await sleep(5);
  }
  assert.fail('it never came to hold');
}

describe('startAlerts', () => {
  it('tells beginning and end, to the topic and the sink', async () => {
    const { options, told, judge, delivered, troubles } = await scene();
    const watch = await startAlerts(options);
    await judge('do-not-trust', 0);
    await until(async () => (await told()).length === 1);
    await judge('trust', 1);
    await until(() => delivered.length === 2);
    await watch.close();
    assert.deepEqual(await told(), ['verdict firing alert', 'verdict resolved alert']);
    assert.deepEqual(
      delivered.map(({ rule, state }) => `${rule} ${state}`),
      ['verdict firing', 'verdict resolved'],
    );
    assert.deepEqual(troubles, []);
  });

  it('looks once more when it is closed', async () => {
    const { options, told, judge } = await scene();
    const watch = await startAlerts({ ...options, pollMs: 60_000, sink: null });
    await until(async () => (await options.broker.topics()).has(topics.alerts));
    await sleep(50);
    await judge('do-not-trust', 0);
    await watch.close();
    assert.deepEqual(await told(), ['verdict firing alert']);
  });

  it('after a restart repeats nothing and forgets nothing', async () => {
    const { options, told, judge, clock } = await scene();
    const first = await startAlerts(options);
    await judge('do-not-trust', 0);
    await until(async () => (await told()).length === 1);
    await first.close();
    clock.move(MINUTE);
    const second = await startAlerts(options);
    await sleep(50);
    assert.equal((await told()).length, 1);
    await judge('trust', 1);
    await until(async () => (await told()).length === 2);
    await second.close();
  });

  it('of two processes one tells', async () => {
    const { options, told, judge } = await scene();
    const first = await startAlerts(options);
    const second = await startAlerts(options);
    await judge('do-not-trust', 0);
    await until(async () => (await told()).length > 0);
    await sleep(50);
    await first.close();
    await judge('trust', 1);
    await until(async () => (await told()).length > 1);
    await second.close();
    assert.deepEqual(await told(), ['verdict firing alert', 'verdict resolved alert']);
  });

  it('misses data, and notes its return', async () => {
    const { options, told, clock, broker } = await scene();
    const watch = await startAlerts(options);
    await sleep(50);
    clock.move(31 * MINUTE);
    await until(async () => (await told()).length === 1);
    await broker.append([{ topic: topics.answers, key: null, value: Uint8Array.of(1) }]);
    await until(async () => (await told()).length === 2);
    await watch.close();
    assert.deepEqual(await told(), ['no-data firing warning', 'no-data resolved warning']);
  });

  it('after a restart takes neither silence nor dead letters for over', async () => {
    const { options, told, clock, broker } = await scene();
    const first = await startAlerts(options);
    await sleep(50);
    const letter = { topic: topics.deadLetters, key: null, value: Uint8Array.of(1) };
    await broker.append([letter, letter, letter]);
    await until(async () => (await told()).length === 1);
    clock.move(31 * MINUTE);
    await until(async () => (await told()).length === 2);
    await first.close();
    const both = ['dead-letters firing alert', 'no-data firing warning'];
    assert.deepEqual(await told(), both);
    const second = await startAlerts(options);
    await sleep(50);
    assert.deepEqual(await told(), both);
    clock.move(29 * MINUTE);
    await sleep(50);
    assert.deepEqual(await told(), both);
    const answer = { topic: topics.answers, key: null, value: Uint8Array.of(1) };
    await broker.append([answer]);
    await until(async () => (await told()).length === 3);
    // 20 minutes later another one: the hour of the second watch is over before silence is.
    clock.move(20 * MINUTE);
    await broker.append([answer]);
    await sleep(50);
    clock.move(11 * MINUTE);
    await until(async () => (await told()).length === 4);
    await second.close();
    assert.deepEqual(await told(), [
      ...both,
      'no-data resolved warning',
      'dead-letters resolved alert',
    ]);
  });

  it('says once that the broker does not answer, and goes on when it does', async () => {
    const { options, told, judge, troubles, broker } = await scene();
    let down = false;
    const shaky: Broker = {
      ...options.broker,
      ensureTopics: (specs) => broker.ensureTopics(specs),
      join: (group, names) => broker.join(group, names),
      append: (records) => broker.append(records),
      read: (...args) => broker.read(...args),
      bounds: (...args) => broker.bounds(...args),
      topics: () => (down ? Promise.reject(new Error('nobody is there')) : broker.topics()),
    };
    const watch = await startAlerts({ ...options, broker: shaky });
    down = true;
    await judge('do-not-trust', 0);
    await until(() => troubles.length > 0);
    await sleep(50);
    assert.deepEqual(troubles, ['alerts cannot be watched: nobody is there; trying again']);
    down = false;
    await until(async () => (await told()).length === 1);
    await watch.close();
  });

  it('is silent about a look that another process cut short by taking over', async () => {
    const { options, told, judge, troubles, broker } = await scene();
    let looks = 0;
    const slow: Broker = {
      ...options.broker,
      ensureTopics: (specs) => broker.ensureTopics(specs),
      append: (records) => broker.append(records),
      topics: () => broker.topics(),
      bounds: (...args) => broker.bounds(...args),
      read: (topic, partition, offset, signal) => {
        if (signal === undefined || topic !== topics.calibration)
          return broker.read(topic, partition, offset, signal);
        looks += 1;
        // As a reader that waits for a page ends.
        return (async function* () {
          await once(signal, 'abort');
          yield* [];
          throw new SeclError('CANCELLED', 'reading was cancelled');
        })();
      },
      join: (group, names) => broker.join(group, names),
    };
    const first = await startAlerts({ ...options, broker: slow });
    await judge('do-not-trust', 0);
    await until(() => looks > 0);
    // Its coming takes the partition away for a moment.
    const second = await startAlerts({ ...options, broker: slow });
    await until(() => looks > 1);
    assert.deepEqual(troubles, []);
    assert.deepEqual(await told(), []);
    await broker.close();
    await Promise.all([first.close(), second.close()]);
  });

  it('is not held up by a webhook that never answers', async () => {
    const { options, told, judge, troubles } = await scene();
    const server = await scriptedServer(() => undefined);
    const { sink: _, ...rest } = options;
    const alerts = { ...topology.alerts, when: 'always' as const };
    const hanging = {
      ...alerts,
      webhook: { ...alerts.webhook, url: server.origin, attempts: 1, timeoutMs: 60_000 },
    };
    const watch = await alertsOfCommand(
      'replay',
      { ...rest, topology: { ...topology, alerts: hanging } },
      {},
    );
    await judge('do-not-trust', 0);
    await until(() => server.seen.length === 1);
    await judge('trust', 1);
    await until(async () => (await told()).length === 2);
    await watch.close();
    assert.match(troubles[0] ?? '', /was not delivered to the webhook: it was given up$/);
  });
});

describe('alertsOfCommand', () => {
  it('watches nothing where the topology does not want it', async () => {
    const { options } = await scene();
    const watch = await alertsOfCommand('replay', options, {});
    assert.equal((await options.broker.topics()).has(topics.alerts), false);
    await watch.close();
  });
});

it('an alert fits a line', () => {
  assert.equal(alertLine(alertOf({ reason: 'R.' })), 'warning: dead-letters: R.');
  assert.equal(
    alertLine(alertOf({ state: 'resolved', reason: 'R.' })),
    'warning resolved: dead-letters: R.',
  );
});

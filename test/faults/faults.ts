import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from '../../src/random/seeded-random.ts';
import type { OutgoingRecord } from '../../src/ports/broker.ts';
import type { CuttableProxy } from '../support/cuttable-proxy.ts';
import type { KafkaServer } from '../support/kafka-server.ts';
import { faultTopology, type FaultMode } from './fault-config.ts';
import type { FaultProcess } from './fault-pool.ts';
import type { RoundScene } from './fault-round.ts';

/** What a fault can get at. */
export interface FaultScene extends RoundScene {
  readonly server: KafkaServer;
  readonly proxy: CuttableProxy;
}

/** Does its harm, at moments drawn from the scene's random numbers. */
export type Fault = (scene: FaultScene) => Promise<void>;

const between = (random: SeededRandom, low: number, high: number): number =>
  low + Math.floor(random.next() * (high - low));

const anyOf = (random: SeededRandom, list: readonly FaultProcess[]): FaultProcess | undefined =>
  list.length === 0 ? undefined : list[random.integer(list.length)];

const killed =
  (role: FaultProcess['role']): Fault =>
  async ({ pool, random, mark }) => {
    const times = 1 + random.integer(3);
    for (let i = 0; i < times; i++) {
      await sleep(between(random, 0, 900));
      const victim = anyOf(random, pool.live(role));
      mark();
      if (victim !== undefined) await pool.kill(victim);
      await sleep(between(random, 0, 300));
      pool.start(role);
    }
  };

/** Faults by name. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  'worker-killed': killed('worker'),

  /** The zombie: it wakes when others own what it was working on. */
  'worker-stopped': async ({ pool, random, sessionTimeoutMs, mark }) => {
    await sleep(between(random, 0, 900));
    const victim = anyOf(random, pool.live('worker'));
    if (victim === undefined) return;
    mark();
    victim.child.kill('SIGSTOP');
    await sleep(sessionTimeoutMs + between(random, 300, 2000));
    victim.child.kill('SIGCONT');
  },

  'broker-killed': async ({ server, random, mark }) => {
    await sleep(between(random, 0, 900));
    mark();
    await server.signal?.('SIGKILL');
    await sleep(between(random, 0, 1000));
    await server.restart?.();
  },

  /** A disk that takes nothing for a while looks like this to everybody else. */
  'broker-stopped': async ({ server, random, mark }) => {
    await sleep(between(random, 0, 900));
    mark();
    await server.signal?.('SIGSTOP');
    await sleep(between(random, 5000, 20_000));
    await server.signal?.('SIGCONT');
  },

  'connections-cut': async ({ proxy, random, mark }) => {
    const times = 1 + random.integer(4);
    for (let i = 0; i < times; i++) {
      await sleep(between(random, 0, 600));
      mark();
      await proxy.cut(between(random, 0, 700));
    }
  },

  rebalanced: async ({ pool, random, mark }) => {
    const times = 2 + random.integer(3);
    for (let i = 0; i < times; i++) {
      await sleep(between(random, 0, 500));
      mark();
      const live = pool.live('worker');
      const victim = anyOf(random, live);
      if (victim !== undefined && live.length > 1 && random.next() < 0.5) void pool.drain(victim);
      else pool.start('worker');
    }
    if (pool.live('worker').length === 0) pool.start('worker');
  },

  'trainer-killed': killed('trainer'),

  /** Batches that come again, late and in another order, as a mirrored topic has them. */
  'batches-repeated': async ({ broker, random, mode, mark }) => {
    const { trainingBatches } = faultTopology(mode).topics;
    for (let i = 0; i < 3; i++) {
      await sleep(between(random, 0, 700));
      const { earliest } = await broker.bounds(trainingBatches, 0);
      const seen: OutgoingRecord[] = [];
      for await (const { key, value, headers } of broker.read(trainingBatches, 0, earliest)) {
        seen.push({ topic: trainingBatches, partition: 0, key, value, headers });
      }
      mark();
      seen.sort(() => random.next() - 0.5);
      await broker.append(seen.slice(0, 1 + random.integer(3)));
    }
  },
};

/** Faults that a round can have: those above, and the embedded log's own. */
export const FAULT_NAMES: readonly string[] = [...Object.keys(FAULTS), 'slow-disk'];

/** In which modes a fault means something. */
export function modesOf(fault: string): readonly (FaultMode | 'embedded')[] {
  if (fault === 'slow-disk') return ['embedded'];
  return fault === 'trainer-killed' || fault === 'batches-repeated'
    ? ['async', 'barrier']
    : ['off', 'async', 'barrier'];
}

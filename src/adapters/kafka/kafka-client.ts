import { setMaxListeners } from 'node:events';
import type { Socket } from 'node:net';
import type KafkaNode from 'kafkajs/src/broker/index.js';
import createPoolBuilder, {
  type ConnectionPool,
} from 'kafkajs/src/cluster/connectionPoolBuilder.js';
import createSocketFactory from 'kafkajs/src/network/socketFactory.js';
import { topicUnknown } from '../../broker/broker-errors.ts';
import type { TopicPartition } from '../../broker/assign-partitions.ts';
import { SeclError } from '../../errors/secl-error.ts';
import { BatchNode } from './batch-node.ts';
import {
  connectionFault,
  hasType,
  isConnectionFault,
  isRequestTimeout,
  isStaleCoordinator,
  isStaleLeader,
  leaderFault,
} from './kafka-faults.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import { endsWithin } from './keep-trying.ts';
import { RequestLimits } from './request-limits.ts';
import { settledOrGone } from './settled-or-gone.ts';

/** How long connecting may take, in milliseconds. */
const CONNECT_TIMEOUT_MS = 5000;
/** A request that kafkajs has lost track of is given up so long after it should have timed out. */
const LOST_MS = 20_000;
/** How long closing waits for requests under way. */
const CLOSE_MS = 2000;

/** kafkajs logs requests, which may hold secrets and texts: nobody hears it. What matters is thrown. */
const SILENT = {
  namespace: () => SILENT,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** What kafkajs is told about connections. @param requestTimeout - Milliseconds a request may take. */
export function connectionOptions(
  settings: KafkaSettings,
  requestTimeout: number,
): Readonly<Record<string, unknown>> {
  const { brokers, clientId, sasl, tls } = settings;
  return {
    brokers: [...brokers],
    clientId,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout,
    enforceRequestTimeout: true,
    ssl: tls === undefined ? null : { ...tls },
    sasl:
      sasl === undefined
        ? null
        : { mechanism: sasl.mechanism, username: sasl.user, password: sasl.password },
  };
}

/** Who coordinates what. */
type CoordinatorKind = 'group' | 'transaction';

/**
 * Connections to a cluster, and what is known of it: leaders of partitions, coordinators. Every request is
 * sent once; whoever asks decides whether to ask again, and what was known is forgotten when it was wrong.
 *
 * Kafka answers the requests of a connection one after the other, so those that wait (fetches apart, which
 * have a connection of their own) need a client of their own.
 */
export class KafkaClient {
  readonly #settings: KafkaSettings;
  readonly #limits: RequestLimits;
  #seed: LiveNode | undefined;
  readonly #nodes = new Map<number, LiveNode & { readonly pool: ConnectionPool }>();
  /** Leaders by partition; -1 for none. */
  readonly #topics = new Map<string, readonly number[]>();
  readonly #coordinators = new Map<string, number>();
  readonly #gone = new AbortController();
  /** Every connection that is open or being made: a node may be making one when it is hung up. */
  readonly #sockets = new Set<Socket>();

  /** @param limits - How long requests may take; what several clients of one process learn of it they share. */
  constructor(settings: KafkaSettings, limits: RequestLimits = new RequestLimits()) {
    this.#settings = settings;
    this.#limits = limits;
    setMaxListeners(0, this.#gone.signal);
  }

  /** Partition counts of all topics but Kafka's own. */
  async topics(): Promise<ReadonlyMap<string, number>> {
    return this.onAny((node) => node.topicCounts());
  }

  /**
   * Partitions of a topic, or `undefined`: no such topic. Asked once, until {@link forgetTopic}.
   *
   * @param partition - One that is meant: where it is not known, the topic may have got more since, and is asked for again.
   */
  async partitionCount(topic: string, partition = 0): Promise<number | undefined> {
    return (await this.#leaders(topic, partition))?.length;
  }

  /** Copies of each partition of a topic, of the one with the fewest. */
  async copies(topic: string): Promise<number> {
    const { topicMetadata } = await this.onAny((node) => node.metadata([topic]));
    const partitions = topicMetadata.flatMap(({ partitionMetadata }) => partitionMetadata);
    return Math.min(...partitions.map(({ replicas }) => replicas.length));
  }

  /** The next question about this topic goes to the brokers. */
  forgetTopic(topic: string): void {
    this.#topics.delete(topic);
  }

  /** @throws SeclError `TOPIC_UNKNOWN`; what the request throws. */
  async onLeader<T>(
    { topic, partition }: TopicPartition,
    work: (node: KafkaNode, nodeId: number) => Promise<T>,
  ): Promise<T> {
    const nodeId = await this.leader({ topic, partition });
    try {
      return await this.onNode(nodeId, work);
    } catch (error) {
      if (isStaleLeader(error)) this.forgetTopic(topic);
      throw error;
    }
  }

  /** Node that leads a partition. @throws SeclError `TOPIC_UNKNOWN`; a fault that passes while it has no leader. */
  async leader({ topic, partition }: TopicPartition): Promise<number> {
    const leaders = await this.#leaders(topic, partition);
    if (leaders === undefined) throw topicUnknown(topic);
    const leader = leaders[partition];
    if (leader === undefined) throw topicUnknown(topic, partition, leaders.length);
    if (leader >= 0) return leader;
    this.forgetTopic(topic);
    throw leaderFault(`${topic}/${partition} has no leader`);
  }

  /** @param waitsMs - How long the broker itself may put the answer off. */
  async onCoordinator<T>(
    kind: CoordinatorKind,
    id: string,
    work: (node: KafkaNode, nodeId: number) => Promise<T>,
    waitsMs = 0,
  ): Promise<T> {
    const name = `${kind} ${id}`;
    let nodeId = this.#coordinators.get(name);
    try {
      if (nodeId === undefined) {
        const coordinatorType = kind === 'group' ? 0 : 1;
        const { coordinator } = await this.onAny((node) =>
          node.findGroupCoordinator({ groupId: id, coordinatorType }),
        );
        nodeId = coordinator.nodeId;
        await this.#learnNode(coordinator);
        this.#coordinators.set(name, nodeId);
      }
      return await this.onNode(nodeId, work, waitsMs);
    } catch (error) {
      if (isStaleCoordinator(error)) this.#coordinators.delete(name);
      throw error;
    }
  }

  /** A request that any broker answers. */
  async onAny<T>(work: (node: BatchNode) => Promise<T>): Promise<T> {
    for (const [nodeId, { node }] of this.#nodes) {
      if (node.isConnected()) return this.onNode(nodeId, work);
    }
    const seed = this.#seed ?? (await this.#connectSeed());
    return this.#ask(seed, work, () => {
      if (this.#seed === seed) this.#seed = undefined;
    });
  }

  async onNode<T>(
    nodeId: number,
    work: (node: BatchNode, nodeId: number) => Promise<T>,
    waitsMs = 0,
  ): Promise<T> {
    this.#assertOpen();
    const known = this.#nodes.get(nodeId);
    // Given up since it was learnt; whoever asks again learns anew.
    if (known === undefined) throw connectionFault(`node ${nodeId} is not connected`);
    const forget = (): void => {
      // Its address may be another one when it is back.
      if (this.#nodes.get(nodeId) === known) this.#nodes.delete(nodeId);
    };
    return this.#ask(known, (node) => work(node, nodeId), forget, waitsMs);
  }

  /** Waits a moment for answers under way, then hangs up. */
  async close(): Promise<void> {
    this.#gone.abort();
    const live: LiveNode[] = [...this.#nodes.values()];
    if (this.#seed !== undefined) live.push(this.#seed);
    this.#nodes.clear();
    this.#seed = undefined;
    await endsWithin(Promise.all(live.map(({ node }) => hangUp(node))), CLOSE_MS);
    live.forEach(drop);
    for (const socket of this.#sockets) destroy(socket);
  }

  #keepSocket(socket: Socket): Socket {
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
    });
    if (this.#gone.signal.aborted) destroy(socket);
    return socket;
  }

  /** @param forget - Called when the connections are given up, and with them every other request under way. */
  async #ask<T>(
    live: LiveNode,
    work: (node: BatchNode) => Promise<T>,
    forget: () => void,
    waitsMs = 0,
  ): Promise<T> {
    const { node, gone, limitMs, address } = live;
    // To connect is a request too: it is settled no better where the connection is given up meanwhile.
    const asking = async (): Promise<T> => {
      await connected(node);
      if (gone.signal.aborted) throw connectionFault('the connection was given up');
      return work(node);
    };
    const askedMs = performance.now();
    try {
      const answer = await settledOrGone(asking(), gone.signal, lostMs(limitMs) + waitsMs);
      this.#limits.answered(address, performance.now() - askedMs - waitsMs);
      return answer;
    } catch (error) {
      if (isRequestTimeout(error)) this.#limits.timedOut(address, limitMs);
      if (isConnectionFault(error)) {
        forget();
        drop(live);
      }
      throw error;
    }
  }

  #assertOpen(): void {
    if (this.#gone.signal.aborted)
      throw new SeclError('CANCELLED', 'the connection to Kafka was closed');
  }

  async #leaders(topic: string, partition: number): Promise<readonly number[] | undefined> {
    const known = this.#topics.get(topic);
    if (known !== undefined && partition < known.length) return known;
    try {
      const { brokers, topicMetadata } = await this.onAny((node) => node.metadata([topic]));
      for (const broker of brokers) await this.#learnNode(broker);
      const [found] = topicMetadata;
      if (found === undefined) return undefined;
      const leaders: number[] = [];
      for (const { partitionId, leader } of found.partitionMetadata) leaders[partitionId] = leader;
      this.#topics.set(topic, leaders);
      return leaders;
    } catch (error) {
      if (hasType(error, 'UNKNOWN_TOPIC_OR_PARTITION', 'INVALID_TOPIC_EXCEPTION')) return undefined;
      throw error;
    }
  }

  async #learnNode(address: {
    readonly nodeId: number;
    readonly host: string;
    readonly port: number;
  }): Promise<void> {
    const { nodeId, host, port } = address;
    const known = this.#nodes.get(nodeId);
    if (known?.pool.host === host && known.pool.port === port) return;
    this.#nodes.set(nodeId, await this.#makeNode({ host, port }, nodeId));
    if (known !== undefined) drop(known);
  }

  /** Tries each of the addresses to begin with, once; those last that were slow to answer, or did not. */
  async #connectSeed(): Promise<LiveNode> {
    this.#assertOpen();
    const addresses = this.#settings.brokers.toSorted(
      (a, b) => this.#limits.ms(a) - this.#limits.ms(b),
    );
    for (let i = 0; ; i++) {
      const [host = '', port] = addresses[i]?.split(':') ?? [];
      const seed = await this.#makeNode({ host, port: Number(port) });
      try {
        // As any request: kafkajs may lose track of an attempt.
        await settledOrGone(connected(seed.node), this.#gone.signal, lostMs(seed.limitMs));
        this.#assertOpen();
      } catch (error) {
        if (isRequestTimeout(error)) this.#limits.timedOut(seed.address, seed.limitMs);
        drop(seed);
        if (i + 1 >= addresses.length || !isConnectionFault(error)) throw error;
        continue;
      }
      // Somebody else may have been faster.
      if (this.#seed !== undefined) drop(seed);
      return (this.#seed ??= seed);
    }
  }

  async #makeNode(
    place: { readonly host: string; readonly port: number },
    nodeId?: number,
  ): Promise<LiveNode & { readonly pool: ConnectionPool }> {
    const address = `${place.host}:${place.port}`;
    const limitMs = this.#limits.ms(address);
    const openSocket = createSocketFactory();
    const pool = await createPoolBuilder({
      ...connectionOptions(this.#settings, limitMs),
      socketFactory: (socketOptions: unknown) => this.#keepSocket(openSocket(socketOptions)),
      logger: SILENT,
    }).build(place);
    const gone = new AbortController();
    // Each request under way listens to it, however many there are.
    setMaxListeners(0, gone.signal);
    return { pool, gone, address, limitMs, node: createNode(pool, limitMs, nodeId) };
  }
}

/** A node, and the signal that its connections were given up. */
interface LiveNode {
  readonly node: BatchNode;
  readonly gone: AbortController;
  /** `host:port`. */
  readonly address: string;
  /** How long its requests may take, milliseconds. */
  readonly limitMs: number;
}

/** To connect, to ask what the broker understands, and the request itself should have timed out by then. */
function lostMs(limitMs: number): number {
  return CONNECT_TIMEOUT_MS + 2 * limitMs + LOST_MS;
}

/** Gives up a node's connections, and with them every request under way. */
function drop({ node, gone }: LiveNode): void {
  gone.abort();
  void hangUp(node);
}

function createNode(connectionPool: ConnectionPool, limitMs: number, nodeId?: number): BatchNode {
  return new BatchNode({
    connectionPool,
    logger: SILENT,
    // Whoever waits for the same connection waits as long as its first request may take.
    authenticationTimeout: limitMs,
    allowAutoTopicCreation: false,
    ...(nodeId === undefined ? {} : { nodeId }),
  });
}

/** Connections that are being made, or were. */
const connecting = new WeakMap<KafkaNode, Promise<void>>();

/** A node counts itself as connected before it knows which requests its broker understands. */
function connected(node: KafkaNode): Promise<void> {
  let attempt = connecting.get(node);
  if (attempt === undefined || !node.isConnected()) {
    attempt = node.connect();
    connecting.set(node, attempt);
  }
  return attempt;
}

/** With an error, so that requests under way end at once; without a listener it would end the process. */
function destroy(socket: Socket): void {
  socket.on('error', () => undefined).destroy(new Error('the client was closed'));
}

/** A connection that is given up may fail in its own way. */
async function hangUp(node: KafkaNode): Promise<void> {
  try {
    await node.disconnect();
  } catch {
    // It was going anyway.
  }
}

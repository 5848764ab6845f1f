import type { ConfigEntry } from 'kafkajs/src/broker/index.js';
import type { Topic } from '../../broker/check-topic.ts';
import type { TopicSetup } from '../../ports/broker.ts';
import type { KafkaClient } from './kafka-client.ts';
import { codedFault, connectionFault, hasType, isTransient } from './kafka-faults.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import { keepTrying } from './keep-trying.ts';
import { topicSettings, type TopicSetting } from './topic-settings.ts';

/** How long brokers may take to create a topic. */
const TIMEOUT_MS = 15_000;
/** Kafka's number for topics among what can be configured, and for settings made on the topic itself. */
const TOPIC_RESOURCE = 2;
const SET_ON_TOPIC = 1;

/** Creates and configures topics. */
export class TopicAdmin {
  readonly #client: KafkaClient;
  readonly #settings: KafkaSettings;

  constructor(client: KafkaClient, settings: KafkaSettings) {
    this.#client = client;
    this.#settings = settings;
  }

  /**
   * Creates a topic, or changes what is kept of one that is there, and waits until it is known.
   *
   * @param extra - Further settings of a topic that is created.
   * @throws SeclError `BROKER_FAILED` that names the topic.
   */
  async ensure(topic: Topic, extra: readonly TopicSetting[] = []): Promise<void> {
    try {
      await this.#ensure(topic, extra);
    } catch (error) {
      throw codedFault(`creating topic ${topic.name}`, error);
    }
  }

  async #ensure(topic: Topic, extra: readonly TopicSetting[]): Promise<void> {
    const { patienceMs, maxRecordBytes } = this.#settings;
    const wanted = topicSettings(topic, maxRecordBytes);
    this.#client.forgetTopic(topic.name);
    await keepTrying(
      async () => {
        const exists = (await this.#client.partitionCount(topic.name)) !== undefined;
        if (exists) await this.#update(topic.name, wanted);
        else await this.#create(topic, [...wanted, ...extra]);
      },
      { patienceMs },
    );
    await keepTrying(
      async () => {
        this.#client.forgetTopic(topic.name);
        const count = await this.#client.partitionCount(topic.name);
        if (count === undefined) throw connectionFault(`topic ${topic.name} is not there yet`);
      },
      { patienceMs },
    );
  }

  /** How a topic is set up now. */
  async setup(name: string): Promise<TopicSetup> {
    const { patienceMs } = this.#settings;
    const entries = await keepTrying(() => this.#entries(name), { patienceMs });
    const copies = await keepTrying(() => this.#client.copies(name), { patienceMs });
    const settings = new Map(entries.map((e) => [e.configName, e.configValue]));
    const policies = (settings.get('cleanup.policy') ?? 'delete').split(',');
    const limit = (setting: string): number | null => {
      const value = Number(settings.get(setting) ?? -1);
      return policies.includes('delete') && value >= 0 ? value : null;
    };
    return {
      compacted: policies.includes('compact'),
      retentionMs: limit('retention.ms'),
      retentionBytes: limit('retention.bytes'),
      copies,
    };
  }

  /** Gives a topic more partitions if it has fewer. */
  async widen(name: string, partitions: number): Promise<void> {
    const { patienceMs } = this.#settings;
    await keepTrying(
      async () => {
        this.#client.forgetTopic(name);
        const count = (await this.#client.partitionCount(name)) ?? 0;
        if (count >= partitions) return;
        await this.#client.onAny((node) =>
          node.createPartitions({
            timeout: TIMEOUT_MS,
            topicPartitions: [{ topic: name, count: partitions }],
          }),
        );
      },
      {
        patienceMs,
        // Another worker has widened it meanwhile, and this broker does not know yet.
        again: (error) => isTransient(error) || hasType(error, 'INVALID_PARTITIONS'),
      },
    );
  }

  async #create({ name, partitions }: Topic, settings: readonly TopicSetting[]): Promise<void> {
    const { replicationFactor } = this.#settings;
    try {
      await this.#client.onAny((node) =>
        node.createTopics({
          timeout: TIMEOUT_MS,
          topics: [
            { topic: name, numPartitions: partitions, replicationFactor, configEntries: settings },
          ],
        }),
      );
    } catch (error) {
      const inner = innerFault(error);
      if (hasType(inner, 'TOPIC_ALREADY_EXISTS')) return;
      throw inner;
    }
  }

  async #entries(name: string): Promise<readonly ConfigEntry[]> {
    const { resources } = await this.#client.onAny((node) =>
      node.describeConfigs({ resources: [{ type: TOPIC_RESOURCE, name }] }),
    );
    return resources[0]?.configEntries ?? [];
  }

  /** Kafka replaces all settings of a topic at once, so those that others made are sent along. */
  async #update(name: string, wanted: readonly TopicSetting[]): Promise<void> {
    const entries = await this.#entries(name);
    const current = new Map(entries.map((e) => [e.configName, e.configValue]));
    if (wanted.every((setting) => current.get(setting.name) === setting.value)) return;
    const kept = entries
      .filter(({ configSource }) => configSource === SET_ON_TOPIC)
      .map(({ configName, configValue }) => ({ name: configName, value: configValue }))
      .filter((entry) => !wanted.some((setting) => setting.name === entry.name));
    const configEntries = [...kept, ...wanted];
    await this.#client.onAny((node) =>
      node.alterConfigs({ resources: [{ type: TOPIC_RESOURCE, name, configEntries }] }),
    );
  }
}

/** kafkajs wraps the errors of topics in one of its own. */
function innerFault(error: unknown): unknown {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors)
    ? (error.errors as readonly unknown[])[0]
    : error;
}

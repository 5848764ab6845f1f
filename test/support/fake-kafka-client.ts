import type KafkaNode from 'kafkajs/src/broker/index.js';
import type { KafkaClient } from '../../src/adapters/kafka/kafka-client.ts';

/** Answers of a broker, by name of the request. */
type Answers = { readonly [Name in keyof KafkaNode]?: (request: never) => unknown };

/** An error as kafkajs throws it for Kafka's own codes. */
export const kafkaError = (type: string): Error => Object.assign(new Error(type), { type });
/** An error as kafkajs throws it for a connection that broke: nobody knows what was carried out. */
export const brokenConnection = (): Error =>
  Object.assign(new Error('Closed connection'), { name: 'KafkaJSConnectionClosedError' });

/** A client whose one broker answers as a test says, and what was asked of it, in order. */
export function fakeKafkaClient(
  answers: Answers,
  partitions: ReadonlyMap<string, number> = new Map(),
): {
  readonly client: KafkaClient;
  readonly asked: { readonly name: string; readonly request: Record<string, unknown> }[];
} {
  const asked: { name: string; request: Record<string, unknown> }[] = [];
  const node = new Proxy(answers, {
    get: (_, name: keyof KafkaNode) => (request: Record<string, unknown>) => {
      asked.push({ name, request });
      const answer = answers[name] as ((request: unknown) => unknown) | undefined;
      if (answer === undefined) return Promise.resolve({});
      return new Promise((resolve) => {
        resolve(answer(request));
      });
    },
  });
  type Work = (node: unknown) => Promise<unknown>;
  const client = {
    onCoordinator: (_kind: string, _id: string, work: Work) => work(node),
    onLeader: (_place: unknown, work: Work) => work(node),
    onAny: (work: Work) => work(node),
    forgetTopic: () => undefined,
    partitionCount: (topic: string) => Promise.resolve(partitions.get(topic)),
  };
  return { client: client as unknown as KafkaClient, asked };
}

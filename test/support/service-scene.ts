import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { openBroker } from '../../src/app/worker/open-broker.ts';
import { sendStream } from '../../src/app/worker/send-stream.ts';
import { workerTopology } from '../../src/app/worker/worker-topology.ts';
import type { Broker } from '../../src/ports/broker.ts';
import { STAND_IN } from '../../src/app/open-language-model.ts';
import type { Topology } from '../../src/topology/topology.ts';
import { temporaryFolder } from './temporary-folder.ts';

const never = new AbortController().signal;

/** A pipeline on an embedded log of its own, whose every batch may teach, with so many questions on it. */
export interface ServiceScene {
  /** Broker, topology and model, as a long-lived process is told them. */
  readonly place: { readonly topology: string; readonly log: string; readonly model: string };
  /** Opens the log while nobody else has it, and closes it again. */
  withLog<T>(work: (broker: Broker, topology: Topology) => Promise<T>): Promise<T>;
}

/** Makes one; `training` is YAML, in braces. */
export async function serviceScene(training: string, questions: number): Promise<ServiceScene> {
  const folder = temporaryFolder();
  const topology = path.join(folder, 'pipeline.yaml');
  const stream = path.join(folder, 'stream.jsonl');
  // Refused where batches are cut by count alone.
  const wait = training.includes('barrier') ? '' : ', maxWaitMs: 5';
  writeFileSync(
    topology,
    `
version: 1
name: service-test
batch: { maxBatch: 4${wait} }
gate: { kind: always }
confidence: { evidence: token-certainty }
training: ${training}
alerts: { when: never }
`,
  );
  const lines = Array.from({ length: questions }, (_, i) =>
    JSON.stringify({ id: `q${i}`, question: `What is the colour of thing ${i}?` }),
  );
  writeFileSync(stream, `${lines.join('\n')}\n`);
  const place = { topology, log: path.join(folder, 'run'), model: STAND_IN };
  await sendStream({ ...place, stream, stop: never });
  return {
    place,
    withLog: async (work) => {
      const settings = await workerTopology(place);
      const broker = await openBroker(settings.broker);
      try {
        return await work(broker, settings);
      } finally {
        await broker.close();
      }
    },
  };
}

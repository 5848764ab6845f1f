import { setTimeout as sleep } from 'node:timers/promises';
import { NO_FACTS, noteFact } from '../alerts/alert-facts.ts';
import { judgeAlerts } from '../alerts/judge-alerts.ts';
import { standingsOf, stepAlerts } from '../alerts/step-alerts.ts';
import type { RecordCodecs } from '../adapters/avro/record-codecs.ts';
import { SeclError } from '../errors/secl-error.ts';
import type { Alert } from '../events/alert.ts';
import type { AlertSink } from '../ports/alert-sink.ts';
import type { Broker, PartitionLease } from '../ports/broker.ts';
import type { Clock } from '../ports/clock.ts';
import type { Topology } from '../topology/topology.ts';
import { createAlertOutbox } from './alert-outbox.ts';
import { createAlertSource } from './alert-source.ts';
import { readWholeTopic } from './read-whole-topic.ts';
import { groupsOf } from './worker/groups-of.ts';

/** How long alerts are kept on their topic. */
export const ALERTS_KEPT_MS = 30 * 24 * 3_600_000;
/** How long to wait before the group is joined again. */
const REJOIN_MS = 5000;
/** How long the webhook may still take when the process ends. */
const GRACE_MS = 3000;

/** What {@link startAlerts} needs. */
export interface StartAlertsOptions {
  /** Not closed. Close the watch first. */
  readonly broker: Broker;
  readonly topology: Topology;
  readonly codecs: RecordCodecs;
  readonly clock: Clock;
  /** Takes alerts outside, besides their topic; `null`: nobody does. */
  readonly sink: AlertSink | null;
  /** Told, in a line each, what does not work; the stream goes on whatever it is. */
  readonly onTrouble: (message: string) => void;
  /** Told of each alert once it is on its topic. */
  readonly onAlert?: (alert: Alert) => void;
  /** Milliseconds from one look to the next. @defaultValue 1000 */
  readonly pollMs?: number;
}

/** Somebody who watches. */
export interface AlertWatch {
  /** Looks once more, tells what there is to tell, and stops. */
  close(): Promise<void>;
}

/** Alerts told so far, oldest first. */
async function readTold(
  broker: Broker,
  topic: string,
  { alert: codec }: RecordCodecs,
  pipeline: string,
): Promise<Alert[]> {
  const told: Alert[] = [];
  for await (const { value } of readWholeTopic(broker, topic)) {
    const decoded = value === null ? undefined : codec.decode(value);
    if (decoded?.ok === true && decoded.value.pipeline === pipeline) told.push(decoded.value);
  }
  return told;
}

/**
 * Watches a pipeline's topics by the rules of its topology, and tells alerts to their topic and to a sink. What was told
 * is remembered on the topic itself, so that a restart repeats nothing and forgets nothing. Whatever fails is tried
 * again at the next look; nothing here ever stops the stream.
 *
 * @throws SeclError of the broker, where the topic cannot be made.
 */
export async function startAlerts(options: StartAlertsOptions): Promise<AlertWatch> {
  const { broker, topology, codecs, clock, sink, onTrouble, onAlert, pollMs = 1000 } = options;
  const { topics, alerts: settings, name: pipeline } = topology;
  const rules = { ...settings, step: topology.calibration.step };
  const { minimumLabelled } = topology.verdict;
  const stopped = new AbortController();
  const outbox = sink === null ? null : createAlertOutbox(sink, onTrouble);
  let troubled: string | undefined;
  /** Says a trouble once, not at each look. */
  const trouble = (error: unknown): void => {
    const message = error instanceof Error ? error.message : 'the broker cannot be read';
    if (message !== troubled) onTrouble(`alerts cannot be watched: ${message}; trying again`);
    troubled = message;
  };

  const watch = async (lease: PartitionLease): Promise<void> => {
    const ended = AbortSignal.any([stopped.signal, lease.revoked]);
    const newInputs = createAlertSource({ broker, topics, codecs, onTrouble });
    const isLost = (): boolean => lease.revoked.aborted;
    const sinceMs = clock.nowMs();
    let facts = NO_FACTS;
    let standings: ReturnType<typeof standingsOf> | undefined;
    const look = async (): Promise<void> => {
      standings ??= standingsOf(await readTold(broker, topics.alerts, codecs, pipeline));
      // Not broken off at the end: the last look tells what the stream's end brought.
      for await (const inputs of newInputs(lease.revoked))
        for (const input of inputs) facts = noteFact(facts, input, minimumLabelled);
      const nowMs = clock.nowMs();
      const findings = judgeAlerts(facts, rules, nowMs, sinceMs);
      const step = stepAlerts(standings, findings, rules, nowMs, pipeline);
      if (step.alerts.length > 0 && !isLost())
        await broker.append(
          step.alerts.map((alert) => ({
            topic: topics.alerts,
            partition: 0,
            key: new TextEncoder().encode(`${pipeline}/${alert.rule}`),
            value: codecs.alert.encode(alert),
            timestampMs: alert.atMs,
          })),
        );
      standings = step.standings;
      outbox?.add(step.alerts);
      for (const alert of step.alerts) onAlert?.(alert);
      troubled = undefined;
    };
    while (!isLost()) {
      const last = stopped.signal.aborted;
      try {
        await look();
      } catch (error) {
        // Whoever has the partition now looks for itself.
        if (isLost()) return;
        if (error instanceof SeclError && error.code === 'BROKER_CLOSED') return;
        trouble(error);
      }
      if (last) return;
      await sleep(pollMs, undefined, { signal: ended }).catch(() => undefined);
    }
  };

  /** Takes part in the group until that ends, by trouble or by the end of it all. */
  const takePart = async (): Promise<void> => {
    const group = await broker.join(groupsOf(topology).alerting, [topics.alerts]);
    let watching: Promise<void> = Promise.resolve();
    const over = new Promise<void>((resolve, reject) => {
      group.leases$.subscribe({
        next: (lease) => {
          if (lease.partition === 0) watching = watching.then(() => watch(lease));
        },
        error: reject,
        complete: resolve,
      });
    });
    try {
      await Promise.race([over, aborted(stopped.signal)]);
    } finally {
      await watching;
      await group.leave().catch(trouble);
    }
  };
  const run = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      await takePart().catch((error: unknown) => {
        if (error instanceof SeclError && error.code === 'BROKER_CLOSED') stopped.abort();
        else trouble(error);
      });
      await sleep(REJOIN_MS, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  };

  if (!(await broker.topics()).has(topics.alerts))
    await broker.ensureTopics([{ name: topics.alerts, retentionMs: ALERTS_KEPT_MS }]);
  const running = run();
  return {
    close: async () => {
      stopped.abort();
      await running;
      await outbox?.close(GRACE_MS);
    },
  };
}

/** Resolves once the signal fires. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else
      signal.addEventListener(
        'abort',
        () => {
          resolve();
        },
        { once: true },
      );
  });
}

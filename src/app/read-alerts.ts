import { shownName } from '../dashboard-view/shown-text.ts';
import { SeclError } from '../errors/secl-error.ts';
import type { Alert } from '../events/alert.ts';
import { loadTopology } from './load-topology.ts';
import type { Environment } from './model-store.ts';
import { openLogOf, type LogChoice } from './open-log-of.ts';
import { readWholeTopic } from './read-whole-topic.ts';
import { SYSTEM_CLOCK } from './system-clock.ts';
import { webhookOf } from './webhook-of.ts';

/** What a run has told. */
export interface ListedAlerts {
  /** Those that go on, by rule. */
  readonly firing: readonly Alert[];
  /** Everything told, newest first. */
  readonly told: readonly Alert[];
}

/** Letters of a reason. */
const REASON_LETTERS = 500;

/**
 * Reads the alerts of a run that no process works on, or of a pipeline on a broker.
 *
 * @param most - Alerts to give at most.
 * @throws SeclError as `openLogOf` does.
 */
export async function readAlerts(choice: LogChoice, most: number): Promise<ListedAlerts> {
  const { log, topology, codecs } = await openLogOf(choice);
  try {
    const codec = codecs.alert;
    const told: Alert[] = [];
    const newest = new Map<string, Alert>();
    for await (const { value } of readWholeTopic(log, topology.topics.alerts)) {
      const decoded = value === null ? undefined : codec.decode(value);
      if (decoded?.ok !== true) continue;
      const alert = { ...decoded.value, reason: shownName(decoded.value.reason, REASON_LETTERS) };
      newest.set(`${alert.pipeline}/${alert.rule}`, alert);
      told.push(alert);
      if (told.length > most) told.shift();
    }
    return {
      firing: [...newest.values()].filter(({ state }) => state !== 'resolved'),
      told: told.toReversed(),
    };
  } finally {
    await log.close();
  }
}

/**
 * Posts an alert that is none to the webhook of topology and environment, so that somebody can see it arrive.
 *
 * @throws SeclError `USAGE` where no webhook is named; `FILE_UNREADABLE`; `TOPOLOGY_INVALID`; `WEBHOOK_FAILED`.
 */
export async function testWebhook(
  topologyFile: string | undefined,
  signal: AbortSignal,
  environment: Environment = process.env,
): Promise<void> {
  const topology = await loadTopology(topologyFile);
  const sink = await webhookOf(topology.alerts.webhook, environment);
  if (sink === null)
    throw new SeclError('USAGE', 'no webhook is named', {
      hint: 'Set alerts.webhook.url in the topology, or SECL_ALERT_WEBHOOK.',
    });
  const nowMs = SYSTEM_CLOCK.nowMs();
  const delivery = await sink.deliver(
    {
      pipeline: topology.name,
      rule: 'verdict',
      state: 'resolved',
      level: 'warning',
      reason: 'This is a test; nothing is wrong.',
      value: null,
      threshold: null,
      sinceMs: nowMs,
      atMs: nowMs,
    },
    signal,
  );
  if (!delivery.ok)
    throw new SeclError('WEBHOOK_FAILED', `the webhook was not reached: ${delivery.reason}`, {
      hint: 'Check its address, the secret that it expects, and whether this machine may reach it.',
    });
}

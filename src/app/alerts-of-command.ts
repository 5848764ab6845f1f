import { startAlerts, type AlertWatch, type StartAlertsOptions } from './start-alerts.ts';
import type { Environment } from './model-store.ts';
import { webhookOf } from './webhook-of.ts';

/**
 * Watches for alerts where the topology wants it under this command; else watches nothing.
 *
 * @throws SeclError as `webhookOf` and `startAlerts` do.
 */
export async function alertsOfCommand(
  command: 'run' | 'replay',
  options: Omit<StartAlertsOptions, 'sink'>,
  environment: Environment = process.env,
): Promise<AlertWatch> {
  const { when, webhook } = options.topology.alerts;
  const wanted = when === 'always' || when === command;
  if (!wanted) return { close: () => Promise.resolve() };
  return await startAlerts({ ...options, sink: await webhookOf(webhook, environment) });
}

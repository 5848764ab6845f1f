import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { NO_TELEMETRY } from '../ports/no-telemetry.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import type { TopologyTelemetry } from '../topology/telemetry-topology.ts';
import { packageRoot } from './package-root.ts';
import { telemetrySettingsOf, type TelemetryContext } from './telemetry-settings-of.ts';

/** How {@link openTelemetryOf} goes about it. */
export type OpenTelemetryOptions = Pick<TelemetryContext, 'runFolder' | 'serviceName'> &
  Partial<Pick<TelemetryContext, 'environment' | 'onWarning'>>;

/**
 * Opens telemetry as topology and environment say. Where it is off, nothing of it is loaded.
 *
 * @throws SeclError `USAGE` for a variable of the environment that makes no sense; `ADDRESS_IN_USE` if Prometheus
 *   cannot be answered there.
 */
export async function openTelemetryOf(
  telemetry: TopologyTelemetry,
  options: OpenTelemetryOptions,
): Promise<Telemetry> {
  const { version } = JSON.parse(
    readFileSync(path.join(packageRoot(), 'package.json'), 'utf8'),
  ) as { version: string };
  const settings = telemetrySettingsOf(telemetry, {
    environment: process.env,
    onWarning: warn,
    ...options,
    serviceVersion: version,
    instanceId: randomUUID(),
  });
  if (settings === undefined) return NO_TELEMETRY;
  const { openTelemetry } = await import('../adapters/telemetry/open-telemetry.ts');
  return await openTelemetry(settings);
}

function warn(message: string): void {
  process.emitWarning(message, { type: 'TelemetryWarning' });
}

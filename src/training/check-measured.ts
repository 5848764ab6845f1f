import { SeclError } from '../errors/secl-error.ts';
import type { AdapterRecord } from '../events/adapter.ts';

/**
 * Passes on what a trainer made, if it can be written down: a record holds no number that is not finite.
 *
 * @throws SeclError `TRAINING_FAILED` if a loss, a distance or a confidence is none.
 */
export function checkMeasured(record: AdapterRecord): AdapterRecord {
  const { loss, heldOutError, meanConfidence } = record;
  for (const [name, pair] of Object.entries({ loss, heldOutError, meanConfidence }))
    if (pair !== null && !(Number.isFinite(pair.before) && Number.isFinite(pair.after)))
      throw new SeclError(
        'TRAINING_FAILED',
        `the trainer of version ${record.version} reports a ${name} that is not finite`,
      );
  return record;
}

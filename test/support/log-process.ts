import { openEmbeddedLog } from '../../src/adapters/embedded-log/open-embedded-log.ts';
import { SeclError } from '../../src/errors/secl-error.ts';
import { writeTransactions } from './log-transactions.ts';

/**
 * A process of its own that opens the log in a folder: `try` says what came of it and ends, `hold` keeps
 * it open, `write` commits numbered transactions for ever and reports each that it was told is committed.
 */
const [mode = '', folder = ''] = process.argv.slice(2);
const report = (message: unknown): void => {
  process.send?.(message);
};

try {
  const log = await openEmbeddedLog({ folder, clock: { nowMs: Date.now, monotonicMs: Date.now } });
  report('open');
  if (mode === 'write') await writeTransactions(log, report);
  if (mode === 'hold') setInterval(() => undefined, 60_000);
  if (mode === 'try') {
    await log.close();
    process.disconnect();
  }
} catch (error) {
  report(error instanceof SeclError ? error.code : String(error));
  process.disconnect();
}

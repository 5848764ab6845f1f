import type { PlannedRecord } from '../../broker/plan-records.ts';
import { SeclError } from '../../errors/secl-error.ts';
import type { RecordPosition } from '../../ports/broker.ts';
import type { TransactionalWriter } from './transactional-writer.ts';

interface Waiting {
  readonly records: readonly PlannedRecord[];
  readonly resolve: (positions: readonly RecordPosition[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Most records of appends that are put into one transaction. */
const TRANSACTION_RECORDS = 2000;

/**
 * Writes appends in their order. Those that come while a transaction is under way share the next one: each
 * stays whole, and a thousand small ones do not cost a thousand transactions.
 *
 * It holds what its callers wait for, and nothing besides: whoever awaits each append has one of them in here, and every
 * caller in `app` does. Sending appends a chunk of questions after the other, the watch for alerts one look's after the
 * other. Commits do not come this way; of a lease there is one at a time (`commitBatches`), and what waits behind it is
 * bounded by the credit of its batches in flight.
 */
export class AppendQueue {
  readonly #writer: TransactionalWriter;
  readonly #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;

  constructor(writer: TransactionalWriter) {
    this.#writer = writer;
  }

  /** @throws SeclError what {@link TransactionalWriter.write} throws, `BROKER_FAILED` for `FENCED`. */
  append(records: readonly PlannedRecord[]): Promise<readonly RecordPosition[]> {
    if (records.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ records, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  async #run(): Promise<void> {
    // What is appended in the same turn goes along.
    await Promise.resolve();
    for (let next = this.#take(); next.length > 0; next = this.#take()) {
      try {
        if (!this.#writer.usable) await this.#writer.init();
        const positions = await this.#writer.write(next.flatMap(({ records }) => records));
        let first = 0;
        for (const { records, resolve } of next) {
          resolve(positions.slice(first, (first += records.length)));
        }
      } catch (error) {
        const shown = isFenced(error) ? unknown(error) : error;
        for (const { reject } of next) reject(shown);
      }
    }
    this.#running = undefined;
  }

  #take(): readonly Waiting[] {
    let records = 0;
    const count = this.#waiting.findIndex((entry, i) => {
      records += entry.records.length;
      return i > 0 && records > TRANSACTION_RECORDS;
    });
    return this.#waiting.splice(0, count < 0 ? this.#waiting.length : count);
  }
}

const isFenced = (error: unknown): boolean => error instanceof SeclError && error.code === 'FENCED';

function unknown(cause: unknown): SeclError {
  return new SeclError('BROKER_FAILED', 'it is not known whether the records were written', {
    hint: 'Look whether they are there before writing them again.',
    cause,
  });
}

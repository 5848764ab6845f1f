import type { OutgoingRecord } from '../../ports/broker.ts';

/** Records that later changes of the bytes handed in do not reach: they are sent some time later. */
export function copyRecords<R extends Pick<OutgoingRecord, 'key' | 'value' | 'headers'>>(
  records: readonly R[],
): readonly R[] {
  return records.map((record) => ({
    ...record,
    key: record.key === null ? null : Buffer.from(record.key),
    value: record.value === null ? null : Buffer.from(record.value),
    ...(record.headers === undefined
      ? {}
      : {
          headers: Object.fromEntries(
            Object.entries(record.headers).map(([name, bytes]) => [name, Buffer.from(bytes)]),
          ),
        }),
  }));
}

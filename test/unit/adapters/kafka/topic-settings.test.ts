import assert from 'node:assert/strict';
import { it } from 'node:test';
import { topicSettings } from '../../../../src/adapters/kafka/topic-settings.ts';

const shown = (
  topic: Partial<Parameters<typeof topicSettings>[0]>,
  maxRecordBytes = 1_048_576,
): Record<string, string> => {
  const whole = { compacted: false, retentionMs: null, retentionBytes: null, ...topic };
  return Object.fromEntries(
    topicSettings(whole, maxRecordBytes).map(({ name, value }) => [name, value]),
  );
};

it('keeps everything unless told otherwise, whatever the brokers’ default', () => {
  assert.deepEqual(shown({}), {
    'cleanup.policy': 'delete',
    'retention.ms': '-1',
    'retention.bytes': '-1',
  });
});

it('compacts, and deletes too where there is a limit', () => {
  assert.equal(shown({ compacted: true })['cleanup.policy'], 'compact');
  const both = shown({ compacted: true, retentionMs: 1000 });
  assert.equal(both['cleanup.policy'], 'compact,delete');
  assert.equal(both['retention.ms'], '1000');
  assert.equal(shown({ retentionBytes: 5 })['retention.bytes'], '5');
});

it('lets in records above the brokers’ limit where they are allowed', () => {
  assert.equal(shown({})['max.message.bytes'], undefined);
  assert.equal(shown({}, 4_000_000)['max.message.bytes'], '4000012');
});

import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  codedFault,
  connectionFault,
  isConnectionFault,
  isFencedFault,
  isTransient,
} from '../../../../src/adapters/kafka/kafka-faults.ts';
import { SeclError } from '../../../../src/errors/secl-error.ts';

const fault = (type: string, code = 1): Error => Object.assign(new Error(type), { type, code });

it('gives what Kafka answers a code of its own', () => {
  const code = (error: unknown): string => codedFault('writing', error).code;
  assert.equal(code(fault('MESSAGE_TOO_LARGE')), 'RECORD_TOO_LARGE');
  assert.equal(code(fault('UNKNOWN_TOPIC_OR_PARTITION')), 'TOPIC_UNKNOWN');
  assert.equal(code(fault('INVALID_RECORD')), 'PRECONDITION');
  assert.equal(code(fault('TOPIC_AUTHORIZATION_FAILED')), 'BROKER_FAILED');
  assert.equal(code('odd'), 'BROKER_FAILED');
  const own = new SeclError('FENCED', 'x');
  assert.equal(codedFault('writing', own), own);
});

it('says what to do about a refused user', () => {
  const refused = Object.assign(new Error('no'), { name: 'KafkaJSSASLAuthenticationError' });
  assert.match(codedFault('opening', refused).hint ?? '', /password/);
  assert.equal(codedFault('opening', refused).retryable, false);
  assert.equal(codedFault('opening', connectionFault('gone')).retryable, true);
});

it('tells a right that is missing from a password that is wrong', () => {
  for (const of of ['TOPIC', 'GROUP', 'CLUSTER', 'TRANSACTIONAL_ID']) {
    const { hint = '', retryable } = codedFault('writing', fault(`${of}_AUTHORIZATION_FAILED`));
    assert.match(hint, /lacks a right.*docs\/kafka\.md/);
    assert.doesNotMatch(hint, /password/);
    assert.equal(retryable, false);
  }
});

it('names the setting that does not fit the brokers', () => {
  const hint = (type: string): string => codedFault('opening', fault(type)).hint ?? '';
  assert.match(
    hint('INVALID_SESSION_TIMEOUT'),
    /sessionTimeoutMs .*group\.min\.session\.timeout\.ms/,
  );
  assert.match(
    hint('INVALID_TRANSACTION_TIMEOUT'),
    /transactionTimeoutMs .*transaction\.max\.timeout/,
  );
  assert.match(hint('INVALID_REPLICATION_FACTOR'), /replicationFactor .*number of brokers/);
  assert.match(hint('UNSUPPORTED_VERSION'), /Check that the brokers run/);
});

it('tells what passes from what does not', () => {
  for (const type of [
    'CONCURRENT_TRANSACTIONS',
    'GROUP_LOAD_IN_PROGRESS',
    'NOT_COORDINATOR_FOR_GROUP',
  ])
    assert.ok(isTransient(fault(type)), type);
  for (const type of ['INVALID_PRODUCER_EPOCH', 'OFFSET_OUT_OF_RANGE', 'INVALID_TXN_STATE'])
    assert.ok(!isTransient(fault(type)), type);
  assert.ok(isTransient(connectionFault('gone')) && isConnectionFault(connectionFault('gone')));
  assert.ok(!isConnectionFault(fault('NOT_ENOUGH_REPLICAS')));
  assert.ok(!isTransient(new SeclError('TOPIC_UNKNOWN', 'x')));
  // kafkajs has no name for PRODUCER_FENCED.
  assert.ok(isFencedFault(fault('KAFKAJS_UNKNOWN_ERROR_CODE', 90)));
  assert.ok(isFencedFault(fault('INVALID_PRODUCER_EPOCH', 47)));
  assert.ok(!isFencedFault(fault('KAFKAJS_UNKNOWN_ERROR_CODE', 91)));
});

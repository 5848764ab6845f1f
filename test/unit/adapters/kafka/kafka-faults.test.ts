import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { it } from 'node:test';
import {
  codedFault,
  connectionFault,
  isConnectionFault,
  isFencedFault,
  isRequestTimeout,
  isTransient,
} from '../../../../src/adapters/kafka/kafka-faults.ts';
import { SeclError } from '../../../../src/errors/secl-error.ts';

/** How kafkajs says who it is. */
type Authenticator = (sasl: {
  readonly username: string;
  readonly password: string;
}) => (of: {
  readonly host: string;
  readonly port: number;
  readonly logger: unknown;
  readonly saslAuthenticate: () => Promise<never>;
}) => { authenticate(): Promise<void> };

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

it('tells a connection that failed during SASL from a user who is refused', async () => {
  const load = createRequire(import.meta.url);
  const kafkajs = load('kafkajs/src/errors.js') as Record<string, new (...of: unknown[]) => Error>;
  const plain = load('kafkajs/src/broker/saslAuthenticator/plain.js') as Authenticator;
  const scram = load('kafkajs/src/broker/saslAuthenticator/scram256.js') as Authenticator;
  const after = async (provider: Authenticator, cause: Error): Promise<unknown> => {
    const logger = { debug: () => undefined, error: () => undefined };
    const authenticator = provider({ username: 'u', password: 'p' })({
      ...{ host: 'a', port: 1, logger, saslAuthenticate: () => Promise.reject(cause) },
    });
    return authenticator.authenticate().catch((error: unknown) => error);
  };
  const made = (name: string, message: string): Error =>
    new (kafkajs[name] ?? assert.fail(name))(message, {});
  for (const provider of [plain, scram]) {
    for (const [name, message] of [
      ['KafkaJSConnectionClosedError', 'Closed connection'],
      ['KafkaJSConnectionError', 'Connection error: read ECONNRESET'],
      ['KafkaJSConnectionError', 'Connection closed by the server'],
      ['KafkaJSConnectionError', 'Not connected'],
      ['KafkaJSRequestTimeoutError', 'Request SaslAuthenticate(key: 36, version: 1) timed out'],
    ] as const) {
      const error = await after(provider, made(name, message));
      assert.equal((error as Error).name, 'KafkaJSSASLAuthenticationError');
      assert.ok(isConnectionFault(error), message);
      assert.equal(isRequestTimeout(error), name === 'KafkaJSRequestTimeoutError');
      const coded = codedFault('opening', error);
      assert.equal(coded.retryable, true);
      assert.doesNotMatch(coded.hint ?? '', /password/);
    }
    const refused = await after(
      provider,
      fault('SASL_AUTHENTICATION_FAILED: Authentication failed: Invalid username or password'),
    );
    assert.ok(!isTransient(refused));
    assert.match(codedFault('opening', refused).hint ?? '', /password/);
  }
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

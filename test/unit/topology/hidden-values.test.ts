import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SeclError } from '../../../src/errors/secl-error.ts';
import { readTopology } from '../../../src/topology/parse-topology.ts';

const SECRET = 'hunter2';

/** What is said of a topology that has a fault. */
function faultOf(section: string, environment: Record<string, string> = {}): string {
  try {
    readTopology(`version: 1\nname: t\n${section}\n`, 't.yaml', environment);
  } catch (error) {
    assert.ok(error instanceof SeclError);
    return `${error.message} ${error.hint ?? ''}`;
  }
  return assert.fail(`${section} has no fault`);
}

describe('a secret in the wrong place of a topology', () => {
  for (const section of [
    `alerts: { webhook: { url: "https://joe:${SECRET}@host/hook" } }`,
    `alerts: { webhook: { url: "https://host/hook?key=${SECRET}" } }`,
    `telemetry: { traces: { endpoint: "http://joe:${SECRET}@host" } }`,
    `telemetry: { metrics: { endpoint: "http://joe:${SECRET}@host" } }`,
    `broker: { registry: { url: "http://joe:${SECRET}@host" } }`,
    `broker: { brokers: "joe:${SECRET}@host:9092" }`,
    `broker: { sasl: { passwordEnv: "${SECRET}!" } }`,
    `broker: { registry: { passwordEnv: "${SECRET}!" } }`,
    `broker: { sasl: { password: ${SECRET} } }`,
  ])
    it(`is not repeated: ${section.replaceAll(SECRET, '…')}`, () => {
      const said = faultOf(section);
      assert.match(said, /t\.yaml:3:\d+: /);
      assert.ok(!said.includes(SECRET), said);
    });
});

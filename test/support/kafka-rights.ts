import { readFileSync } from 'node:fs';
import kafkajs, { type AclEntry } from 'kafkajs';
import type { Topology } from '../../src/topology/topology.ts';

// Node.js does not see these among the names that kafkajs exports.
const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

/** A right that a process needs, as docs/kafka.md has it. */
export interface KafkaRight {
  /** Command, e.g. `secl run`. */
  readonly process: string;
  readonly on: keyof typeof RESOURCES;
  /** Key of a topology's topics, or a name with `GROUP` or `CLIENT_ID` in it. */
  readonly name: string;
  readonly right: keyof typeof OPERATIONS;
}

const RESOURCES = {
  topic: AclResourceTypes.TOPIC,
  group: AclResourceTypes.GROUP,
  'transactional id': AclResourceTypes.TRANSACTIONAL_ID,
} as const;

const OPERATIONS = {
  Read: AclOperationTypes.READ,
  Write: AclOperationTypes.WRITE,
  Create: AclOperationTypes.CREATE,
  Describe: AclOperationTypes.DESCRIBE,
  Alter: AclOperationTypes.ALTER,
  AlterConfigs: AclOperationTypes.ALTER_CONFIGS,
} as const;

const isOneOf = <T extends object>(known: T, word: string): word is keyof T & string =>
  Object.hasOwn(known, word);

/** The table of docs/kafka.md, one right a row. @throws Error for a row that it does not understand. */
export function readKafkaRights(): readonly KafkaRight[] {
  const [, section = ''] = readFileSync('docs/kafka.md', 'utf8').split('\n### Rights\n');
  const rows = section
    .split('\n## ', 1)[0]!
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  return rows.flatMap((row) => {
    const [process = '', on = '', names = '', rights = ''] = row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    if (!isOneOf(RESOURCES, on)) throw new Error(`'${on}' is nothing that has rights: ${row}`);
    return names.split(', ').flatMap((name) =>
      rights.split(', ').map((right): KafkaRight => {
        if (!isOneOf(OPERATIONS, right)) throw new Error(`'${right}' is no right: ${row}`);
        return { process: unquoted(process), on, name: unquoted(name), right };
      }),
    );
  });
}

/** A right as Kafka takes it, for a user of a topology. */
export function aclOf({ on, name, right }: KafkaRight, topology: Topology, user: string): AclEntry {
  const { topics, broker } = topology;
  const isPrefix = name.endsWith('*');
  const spoken = isOneOf(topics, name)
    ? topics[name]
    : name.replace('GROUP', broker.group).replace('CLIENT_ID', broker.clientId).replace(/\*$/, '');
  return {
    principal: `User:${user}`,
    host: '*',
    operation: OPERATIONS[right],
    permissionType: AclPermissionTypes.ALLOW,
    resourceType: RESOURCES[on],
    resourceName: spoken,
    resourcePatternType: isPrefix ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
  };
}

function unquoted(text: string): string {
  const [, inside] = /^`([^`]+)`$/.exec(text) ?? [];
  if (inside === undefined) throw new Error(`docs/kafka.md, Rights: ${text} is not in backquotes`);
  return inside;
}

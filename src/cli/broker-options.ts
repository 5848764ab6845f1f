import type { Command } from 'commander';

/** Options of every command that works on topics. */
export interface BrokerCommandOptions {
  readonly topology?: string;
  readonly log?: string;
  readonly brokers?: string;
  readonly registry?: string;
}

/** Adds them to a command. */
export function addBrokerOptions(command: Command): Command {
  return command
    .option('--topology <file>', 'pipeline (YAML); topologies/run.yaml of the package if left out')
    .option(
      '--log <folder>',
      'use the embedded log in this folder; wins over the topology’s broker',
    )
    .option(
      '--brokers <host:port,…>',
      'use Kafka at these addresses; wins over the topology’s broker',
    )
    .option(
      '--registry <url>',
      'use the schema registry at this address; wins over the topology’s',
    );
}

import { Option, type Command } from 'commander';
import type { ServiceOptions } from '../app/worker/service-options.ts';
import { addBrokerOptions, type BrokerCommandOptions } from './broker-options.ts';
import { parseHealthAddress, type HealthOption } from './health-option.ts';
import { positiveNumber } from './positive-number.ts';

/** Options of every command that works on topics until it is stopped. */
export interface ServiceCommandOptions extends BrokerCommandOptions {
  readonly model?: string;
  readonly cache?: string;
  readonly health?: HealthOption;
  readonly resetTo?: ServiceOptions['resetTo'];
  readonly untilEnd?: true;
  readonly stallSeconds?: number;
  readonly json?: true;
}

/** Adds them, but for `--json`, to a command; `lost`, `end` and `stalled` in its own words. */
export function addServiceOptions(
  command: Command,
  words: { readonly lost: string; readonly end: string; readonly stalled: string },
): Command {
  return addBrokerOptions(command)
    .option(
      '--model <name|path>',
      'catalogue name, GGUF file, or "stand-in"; wins over the topology',
    )
    .option('--cache <folder>', 'model cache; wins over SECL_CACHE_DIR')
    .option(
      '--health <port>',
      'serve /health/live, /health/ready and /health on this port of 127.0.0.1, or on host:port',
      parseHealthAddress,
    )
    .addOption(
      new Option('--reset-to <place>', `where to go on if ${words.lost}`).choices([
        'earliest',
        'latest',
      ]),
    )
    .option('--until-end', `stop once ${words.end}`)
    .option(
      '--stall-seconds <s>',
      `not ready when ${words.stalled}; wins over broker.stallSeconds of the topology`,
      positiveNumber(),
    );
}

/** What they came to. */
export function serviceChoices(
  options: ServiceCommandOptions,
): Omit<ServiceOptions, 'drain' | 'abort'> {
  return {
    topology: options.topology,
    log: options.log,
    brokers: options.brokers,
    registry: options.registry,
    model: options.model,
    cacheFolder: options.cache,
    health: options.health,
    resetTo: options.resetTo,
    untilEnd: options.untilEnd,
    stallMs: options.stallSeconds === undefined ? undefined : options.stallSeconds * 1000,
  };
}

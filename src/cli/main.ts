#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command, CommanderError } from 'commander';
import { packageRoot } from '../app/package-root.ts';
import { SeclError } from '../errors/secl-error.ts';
import { registerAdapterCommands } from './adapter-commands.ts';
import { registerAlertCommands } from './alert-commands.ts';
import { registerAskCommand } from './ask-command.ts';
import { describeError, errorLines } from './describe-error.ts';
import { registerCompareCommand } from './compare-command.ts';
import { registerDashboardCommand } from './dashboard-command.ts';
import { registerDeadLetterCommands } from './dead-letter-commands.ts';
import { registerDemoCommand } from './demo-command.ts';
import { registerDoctorCommand } from './doctor-command.ts';
import { EXIT, exitCodeOf } from './exit-code.ts';
import { registerInitCommand } from './init-command.ts';
import { registerModelCommands } from './model-commands.ts';
import { registerReadCommand } from './read-command.ts';
import { registerReplayCommand } from './replay-command.ts';
import { registerReportCommand } from './report-command.ts';
import { registerRunCommand } from './run-command.ts';
import { registerSendCommand } from './send-command.ts';
import { registerStatusCommand } from './status-command.ts';
import { registerStartCommand } from './start-command.ts';
import { registerStreamCommands } from './stream-commands.ts';
import { registerTopicsCommand } from './topics-command.ts';
import { registerTopologyCommands } from './topology-commands.ts';
import { registerTraceCommand } from './trace-command.ts';
import { registerTrainerCommand } from './trainer-command.ts';

const { version } = JSON.parse(readFileSync(path.join(packageRoot(), 'package.json'), 'utf8')) as {
  version: string;
};

const program = new Command('secl')
  .description('answers question streams with a language model and says how sure it is')
  .version(version)
  .showHelpAfterError('(add --help for how it is used)')
  .addHelpText(
    'after',
    `
Exit codes: 0 done; 1 failed (the message says why and what to do); 2 wrong usage;
10, 11, 12 what \`secl status\` says;
130 interrupted after draining (the same command goes on).
Set SECL_DEBUG=1 to see stack traces.`,
  )
  .exitOverride();

registerStartCommand(program);
registerReplayCommand(program);
registerReportCommand(program);
registerCompareCommand(program);
registerRunCommand(program);
registerTopicsCommand(program);
registerSendCommand(program);
registerReadCommand(program);
registerDeadLetterCommands(program);
registerTrainerCommand(program);
registerDashboardCommand(program);
registerStatusCommand(program);
registerAlertCommands(program);
registerTraceCommand(program);
registerDemoCommand(program);
registerAskCommand(program);
registerModelCommands(program);
registerAdapterCommands(program);
registerStreamCommands(program);
registerInitCommand(program);
registerTopologyCommands(program);
registerDoctorCommand(program);

/** Subcommands inherit neither the override nor the hint. */
function settle(command: Command): void {
  for (const child of command.commands) {
    child.exitOverride().showHelpAfterError('(add --help for how it is used)');
    settle(child);
  }
}
settle(program);

// `secl read answers | head`: whoever reads has had enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(EXIT.ok);
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has already said what was wrong; help and version come this way too, with 0.
    if (error.exitCode !== 0 && process.argv.includes('--json'))
      console.log(JSON.stringify({ error: describeError(usageError(error)) }));
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  } else {
    const description = describeError(error);
    if (process.argv.includes('--json')) console.log(JSON.stringify({ error: description }));
    process.stderr.write(errorLines(description));
    if (debugging() && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
    process.exitCode = exitCodeOf(error);
  }
}

/** Commander's complaint as one of ours, for those who read JSON. */
function usageError({ message }: CommanderError): SeclError {
  return new SeclError('USAGE', message.replace(/^error: /, ''), {
    hint: 'Add --help for how it is used.',
  });
}

/** Whether stack traces are wanted. */
function debugging(): boolean {
  // eslint-disable-next-line no-restricted-properties -- the one switch of the outermost shell.
  return (process.env['SECL_DEBUG'] ?? '') !== '';
}

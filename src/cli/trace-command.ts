import type { Command } from 'commander';

interface TraceCommandOptions {
  readonly run?: string;
  readonly json?: true;
}

/** Adds `secl trace`. */
export function registerTraceCommand(program: Command): void {
  program
    .command('trace')
    .description('show what one question went through, with times')
    .argument('<question-id>', 'id of a question, or topic/partition/offset of its record')
    .option(
      '--run <folder>',
      'folder of the run; else the newest one under runs/ that knows the question',
    )
    .option('--json', 'print the spans as JSON')
    .addHelpText(
      'after',
      `
Reads the traces that a run keeps in its folder (telemetry.traces.exporter: store), also while it goes on.
Columns: start in milliseconds from the trace's beginning, length, and when.

Examples:
  secl trace q17
  secl trace q17 --run runs/qa --json
  secl trace qa.questions/0/9 --run runs/qa   # a record that could not be read`,
    )
    .action(async (questionId: string, options: TraceCommandOptions) => {
      const { renderTraceOf } = await import('../app/render-trace-of.ts');
      const { traceOfQuestion } = await import('../app/trace-of-question.ts');
      const trace = await traceOfQuestion({ questionId, runFolder: options.run });
      console.log(options.json === true ? JSON.stringify(trace) : renderTraceOf(trace));
    });
}

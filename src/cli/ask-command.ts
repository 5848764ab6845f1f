import { Option, type Command } from 'commander';
import type { AskedAnswer } from '../app/ask.ts';
import { sourceTitle } from '../app/source-title.ts';
import { terminalText } from '../app/terminal-text.ts';
import { listenForInterrupt } from './interrupt.ts';
import { createProgressView, isQuiet } from './progress.ts';

interface AskOptions {
  readonly choice?: readonly string[];
  readonly style?: 'short' | 'reasoning';
  readonly answer?: string;
  readonly model?: string;
  readonly topology?: string;
  readonly cache?: string;
  readonly json?: true;
}

/** Labels of choices given by hand: A, B, C … */
function labelOf(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}

function text({ answer, published, scores, distractors, model }: AskedAnswer): string {
  const lines = [
    answer === '' ? '(the model wrote nothing)' : terminalText(answer),
    '',
    `confidence ${published.value === null ? 'missing' : published.value.toFixed(3)} (${sourceTitle(published.source)}, ${model})`,
    ...scores.map((score) => {
      const value = score.value === null ? 'missing' : score.value.toFixed(3);
      const note = score.reason === null ? '' : `  ${score.status}: ${score.reason}`;
      return `  ${sourceTitle(score.name).padEnd(25)} ${value}${note}`;
    }),
  ];
  if (distractors.length > 0)
    lines.push(
      '',
      'its own other answers, with P(True)',
      ...distractors.map(
        (d) =>
          `  ${terminalText(d.text).replaceAll('\n', ' ').padEnd(25)} ${d.pTrue === null ? 'missing' : d.pTrue.toFixed(3)}`,
      ),
    );
  return lines.join('\n');
}

/** Adds `secl ask`. */
export function registerAskCommand(program: Command): void {
  program
    .command('ask')
    .description('ask one question and see every score of its answer')
    .argument('<question>', 'the question')
    .option('--choice <text...>', 'choices, two or more; labelled A, B, C …')
    .addOption(
      new Option('--style <style>', 'how to answer; the default is short')
        .choices(['short', 'reasoning'])
        .conflicts('choice'),
    )
    .option('--answer <text>', 'score this answer instead of writing one')
    .option('--model <name|path>', 'catalogue name, GGUF file, or "stand-in"')
    .option('--topology <file>', 'pipeline (YAML) whose settings to use')
    .option('--cache <folder>', 'model cache; wins over SECL_CACHE_DIR')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  secl ask "What is the capital of Kenya?"
  secl ask "Where do you put a coat?" --choice wardrobe kitchen river
  secl ask "What is the capital of Kenya?" --answer Mombasa --json`,
    )
    .action(async (question: string, options: AskOptions) => {
      const { askQuestion } = await import('../app/ask-question.ts');
      const view = createProgressView({
        stream: process.stderr,
        silent: isQuiet(options.json, process.stderr),
      });
      const interrupt = listenForInterrupt(() => undefined);
      try {
        const choices = (options.choice ?? []).map((choice, i) => ({
          label: labelOf(i),
          text: choice,
        }));
        const result = await askQuestion(
          {
            text: question,
            style: choices.length > 0 ? 'choice' : (options.style ?? 'short'),
            choices,
            answer: options.answer ?? null,
          },
          {
            model: options.model,
            topology: options.topology,
            cacheFolder: options.cache,
            onStoreProgress: view.update,
            signal: interrupt.drain,
          },
        );
        view.stop();
        console.log(options.json === true ? JSON.stringify(result, null, 2) : text(result));
      } finally {
        view.stop();
        interrupt.dispose();
      }
    });
}

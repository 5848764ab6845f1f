import type { Command } from 'commander';
import type { Finding } from '../app/doctor.ts';
import { EXIT } from './exit-code.ts';

const MARKS: Readonly<Record<Finding['status'], string>> = {
  ok: 'ok     ',
  warning: 'warning',
  failed: 'FAILED ',
};

/** Adds `secl doctor`. */
export function registerDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('look at what a first run needs; exit code 1 if something is missing')
    .option('--cache <folder>', 'model cache; wins over SECL_CACHE_DIR')
    .option('--json', 'print JSON')
    .action(async (options: { cache?: string; json?: true }) => {
      const { examine } = await import('../app/doctor.ts');
      const findings = await examine(options.cache);
      if (options.json === true) console.log(JSON.stringify({ findings }, null, 2));
      else
        for (const { name, status, detail, hint } of findings)
          console.log(
            `${MARKS[status]}  ${name}: ${detail}${hint === null ? '' : `\n         ${hint}`}`,
          );
      if (findings.some(({ status }) => status === 'failed')) process.exitCode = EXIT.failed;
    });
}

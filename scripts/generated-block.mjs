/** Replaces the part of a Markdown file between two marker comments, or checks that it is up to date. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';

/**
 * Writes `text` between `<!-- begin NAME -->` and `<!-- end NAME -->`; with `--check` on the command
 * line it only compares, and makes the process fail where the file is stale.
 */
export async function updateBlock(file, name, text, command) {
  const path = fileURLToPath(new URL(`../${file}`, import.meta.url));
  const old = readFileSync(path, 'utf8');
  const begin = `<!-- begin ${name} -->`;
  const end = `<!-- end ${name} -->`;
  const from = old.indexOf(begin);
  const to = old.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${file} lacks the markers ${begin} and ${end}.`);
  const joined = `${old.slice(0, from)}${begin}\n\n${text.trim()}\n\n${old.slice(to)}`;
  const fresh = await format(joined, { ...(await resolveConfig(path)), filepath: path });
  if (fresh === old) return;
  if (process.argv.includes('--check')) {
    console.error(`${file} is stale: run "${command}" and commit the result.`);
    process.exitCode = 1;
  } else {
    writeFileSync(path, fresh);
    console.log(`${file} updated.`);
  }
}

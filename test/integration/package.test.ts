import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { packageRoot } from '../../src/app/package-root.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const execute = promisify(execFile);
const root = packageRoot();

/** What may be in the package besides what is made of `src/`. */
const ALLOWED = [
  /^(package\.json|README\.md|CHANGELOG\.md|LICENSE)$/,
  /^page\/[a-z]+\.(js|css|html|svg)$/,
  /^schemas\/[a-z-]+\.(avsc|schema\.json)$/,
  /^schemas\/history\/[a-z-]+\.v\d+\.avsc$/,
  /^topologies\/([a-z0-9-]+\/)*[a-z0-9-]+\.yaml$/,
  /^examples\/[a-z-]+\.ts$/,
  /^docs\/[a-z0-9-]+\.md$/,
  /^docs\/(results|pictures)\/[a-z0-9.-]+\.(svg|png|webp|jpg)$/,
];
/** Largest package, unpacked: twice of what it has. */
const MOST_BYTES = 6_000_000;
/** The registry is asked only where this is set: `npm run test:package`. */
const INSTALL = process.env['SECL_TEST_INSTALL'] === '1';

interface Packed {
  readonly filename: string;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

/** Runs npm, and gives what it printed. */
async function npm(cwd: string, ...args: string[]): Promise<string> {
  const { stdout } = await execute('npm', args, { cwd, maxBuffer: 1 << 26 });
  return stdout;
}

/** What `npm pack` makes, or would make. */
async function pack(...args: string[]): Promise<Packed> {
  const printed = JSON.parse(await npm(root, 'pack', '--json', '--ignore-scripts', ...args)) as
    Record<string, Packed> | readonly Packed[];
  const [packed] = Object.values<Packed>(printed);
  assert.ok(packed);
  return packed;
}

/** Puts the tarball into a folder as `npm install` would, with the dependencies of this checkout. */
async function unpack(tarball: string, folder: string): Promise<void> {
  const modules = join(folder, 'node_modules');
  const own = join(modules, 'secl-stream');
  await mkdir(own, { recursive: true });
  await execute('tar', ['-xzf', tarball, '-C', own, '--strip-components=1']);
  const { dependencies } = JSON.parse(await readFile(join(own, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  for (const name of Object.keys(dependencies)) {
    const link = join(modules, name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(root, 'node_modules', name), link);
  }
  await mkdir(join(modules, '.bin'));
  const main = join(own, 'build', 'src', 'cli', 'main.js');
  // npm makes what `bin` names executable.
  await chmod(main, 0o755);
  await symlink(main, join(modules, '.bin', 'secl'));
}

describe('package', () => {
  it('holds what is made of src, and nothing else that is not meant for it', async () => {
    const { files, unpackedSize } = await pack('--dry-run');
    const paths = files.map(({ path }) => path);
    const sources = (await readdir(join(root, 'src'), { recursive: true }))
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
      .map((file) => join('build', 'src', file).replace(/\.ts$/, ''));
    const built = sources.flatMap((file) => [`${file}.js`, `${file}.d.ts`]);
    assert.deepEqual(
      paths.filter((path) => path.startsWith('build/')).toSorted(),
      built.toSorted(),
    );
    const others = paths.filter((path) => !path.startsWith('build/'));
    assert.deepEqual(
      others.filter((path) => !ALLOWED.some((allowed) => allowed.test(path))),
      [],
    );
    for (const needed of [
      ...['schemas/topology.schema.json', 'schemas/answer.avsc', 'topologies/qa.yaml'],
      ...['page/index.html', 'LICENSE', 'README.md'],
    ])
      assert.ok(paths.includes(needed), needed);
    assert.ok(unpackedSize < MOST_BYTES, `${unpackedSize} bytes`);
  });

  describe('in an empty folder', () => {
    const folder = temporaryFolder();
    before(async () => {
      const { filename } = await pack('--pack-destination', folder);
      const tarball = join(folder, basename(filename));
      await writeFile(join(folder, 'package.json'), '{"private":true,"type":"module"}');
      if (INSTALL) await npm(folder, 'install', '--prefer-offline', '--ignore-scripts', tarball);
      else await unpack(tarball, folder);
    });

    it('runs by npx, with its topologies, schemas and page', async () => {
      const bin = join(folder, 'node_modules', '.bin', 'secl');
      const secl = async (...args: string[]): Promise<string> =>
        (await execute(bin, args, { cwd: folder })).stdout;
      const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
        version: string;
      };
      const byNpx = await npm(folder, 'exec', '--offline', '--', 'secl', '--version');
      assert.equal(byNpx.trim(), version);
      assert.match(await secl('init'), /topology\.yaml holds every setting/);
      assert.match(await secl('topology', 'check', 'topology.yaml'), /no faults/);
      assert.match(
        await readFile(join(folder, 'topology.yaml'), 'utf8'),
        /\$schema=node_modules\/secl-stream\/schemas\/topology\.schema\.json$/m,
      );
      await secl('stream', 'make', '--per-domain', '2', '--out', 'stream.jsonl');
      const run = ['--model', 'stand-in', '--run', 'run', '--topology', 'topology.yaml'];
      assert.match(await secl('replay', 'stream.jsonl', ...run), /8 questions, 8 answered/);
      assert.match(await secl('report', 'run', '--html', 'report.html'), /Report: report\.html/);
    });

    it('resolves as a library: code, types and schemas', async () => {
      await writeFile(
        join(folder, 'consumer.ts'),
        [
          "import { createMemoryBroker, loadTopology, SeclError, SYSTEM_CLOCK } from 'secl-stream';",
          "import type { Answer, Broker, Topology } from 'secl-stream';",
          "import schema from 'secl-stream/schemas/topology.schema.json' with { type: 'json' };",
          'const topology: Topology = await loadTopology();',
          'const broker: Broker = createMemoryBroker({ clock: SYSTEM_CLOCK });',
          'export const confidenceOf = ({ published }: Answer): number | null => published.value;',
          '// @ts-expect-error -- a name is no number.',
          'export const wrong: number = topology.name;',
          "if (!(new SeclError('USAGE', 'x') instanceof Error)) throw new Error('no error');",
          'console.log(topology.name, schema.title);',
          'await broker.close();',
        ].join('\n'),
      );
      await writeFile(
        join(folder, 'tsconfig.json'),
        JSON.stringify({
          compilerOptions: {
            ...{ module: 'nodenext', moduleResolution: 'nodenext', target: 'es2023' },
            ...{ strict: true, exactOptionalPropertyTypes: true, resolveJsonModule: true },
            // Declarations of other packages are theirs; ours are checked by what is imported above.
            ...{ skipLibCheck: true, outDir: 'out', types: ['node'] },
            typeRoots: [join(root, 'node_modules', '@types')],
          },
          files: ['consumer.ts'],
        }),
      );
      const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
      const compiled = await execute(process.execPath, [tsc, '-p', folder]).catch(
        (error: unknown) => error as { stdout: string },
      );
      assert.equal(compiled.stdout, '');
      const { stdout } = await execute(process.execPath, [join('out', 'consumer.js')], {
        cwd: folder,
      });
      assert.equal(stdout.trim(), 'qa SECL-Stream topology');
    });
  });
});

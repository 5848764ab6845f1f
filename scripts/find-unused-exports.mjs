/**
 * Finds exported functions, classes and constants of `src/` that neither another file imports nor their own
 * uses. Exported types are left alone: they document the signatures of what is used.
 *
 * Done here, since the usual tool for it (knip) brings platform packages that not every registry has.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Entry points, whose exports are for people outside. */
const ENTRIES = ['src/index.ts', 'src/cli/main.ts'];

const files = ['src', 'test', 'bench'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(root, folder, file)),
);

const isExported = (node) =>
  ts.canHaveModifiers(node) &&
  (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);

/** Names of the values that a statement exports. */
function exportedValues(statement) {
  if (!isExported(statement)) return [];
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) {
    return statement.name === undefined ? [] : [statement.name.text];
  }
  if (!ts.isVariableStatement(statement)) return [];
  const { declarations } = statement.declarationList;
  return declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []));
}

const exported = [];
const used = new Set();
/** Modules that are imported whole. */
const whole = new Set();

/** The elements of `const { a, b } = await import(…)`; `undefined` where the module is used in another way. */
function awaitedNames({ parent }) {
  const declaration = ts.isAwaitExpression(parent) ? parent.parent : undefined;
  if (declaration === undefined || !ts.isVariableDeclaration(declaration)) return undefined;
  return ts.isObjectBindingPattern(declaration.name) ? declaration.name.elements : undefined;
}

/** Notes what a file imports or re-exports; any other `import()` and worker URLs count as whole imports. */
function noteUses(source, file) {
  const target = (specifier) => resolve(dirname(file), specifier.text.replace(/\.js$/, '.ts'));
  const note = (specifier, elements) => {
    if (!specifier.text.startsWith('.')) return;
    if (elements === undefined) whole.add(target(specifier));
    for (const element of elements ?? []) {
      used.add(`${target(specifier)}#${(element.propertyName ?? element.name).text}`);
    }
  };
  const visit = (node) => {
    if (ts.isImportDeclaration(node)) {
      const bindings = node.importClause?.namedBindings;
      note(
        node.moduleSpecifier,
        bindings !== undefined && ts.isNamedImports(bindings) ? bindings.elements : undefined,
      );
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
      const clause = node.exportClause;
      note(
        node.moduleSpecifier,
        clause !== undefined && ts.isNamedExports(clause) ? clause.elements : undefined,
      );
    } else if (
      (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) ||
      (ts.isNewExpression(node) && node.expression.getText(source) === 'URL')
    ) {
      const [specifier] = node.arguments ?? [];
      if (specifier !== undefined && ts.isStringLiteral(specifier))
        note(specifier, awaitedNames(node));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
}

/** How often a file's code, comments aside, mentions a name. */
function countMentions(source, name) {
  let mentions = 0;
  const visit = (node) => {
    if (ts.isIdentifier(node) && node.text === name) mentions += 1;
    ts.forEachChild(node, visit);
  };
  visit(source);
  return mentions;
}

for (const file of files) {
  const text = readFileSync(file, 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true);
  noteUses(source, file);
  const path = relative(root, file);
  if (!path.startsWith('src') || ENTRIES.includes(path)) continue;
  for (const statement of source.statements) {
    for (const name of exportedValues(statement)) {
      const mentions = countMentions(source, name);
      // The first mention is the declaration.
      if (mentions === 1) exported.push({ file, path, name });
    }
  }
}

const unused = exported.filter(
  ({ file, name }) => !whole.has(file) && !used.has(`${file}#${name}`),
);
for (const { path, name } of unused) {
  console.error(`${path}: ${name} is exported, and used nowhere.`);
}
if (unused.length > 0) process.exitCode = 1;

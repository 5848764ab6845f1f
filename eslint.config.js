import rxjsX from 'eslint-plugin-rxjs-x';
import tsdoc from 'eslint-plugin-tsdoc';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { PURE_ROOMS } from './scripts/rooms.mjs';

const ENVIRONMENT = {
  object: 'process',
  property: 'env',
  message: 'Read the environment in src/app and pass the value in.',
};

const ask = (object, property) => ({
  object,
  property,
  message: 'Pure rooms take time from a Clock and randomness from a seeded generator.',
});

export default defineConfig(
  { ignores: ['build/', 'node_modules/', 'coverage/', 'runs/', 'docs/'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, rxjsX.configs.recommended],
    plugins: { tsdoc },
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      'tsdoc/syntax': 'error',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      eqeqeq: 'error',
      'no-console': 'error',
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // node:test's describe and it return promises nobody has to await.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', package: 'node:test', name: ['describe', 'it', 'suite', 'test'] },
          ],
        },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // Spreading a text into its code points is meant wherever it is done; the rule has no option for that.
      '@typescript-eslint/no-misused-spread': 'off',
      // `for (let i = 0; …) a[i]!` in numeric loops: the bound is the check.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Default exports hide names; the public surface is named.
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true, named: true } }],
    },
  },
  {
    files: ['src/**/*.ts', 'bench/**/*.ts'],
    ignores: ['src/app/**', 'src/adapters/files/**', 'src/adapters/hub/**'],
    rules: { 'no-restricted-properties': ['error', ENVIRONMENT] },
  },
  {
    files: PURE_ROOMS.map((room) => `src/${room}/**/*.ts`),
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'process', message: 'Pure rooms know no process; take the value as an argument.' },
        { name: 'fetch', message: 'Pure rooms do no I/O.' },
      ],
      'no-restricted-properties': [
        'error',
        ENVIRONMENT,
        ask('Date', 'now'),
        ask('Math', 'random'),
        ask('performance', 'now'),
        ask('crypto', 'randomUUID'),
        ask('crypto', 'getRandomValues'),
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
          message: 'Pure rooms take time from a Clock.',
        },
        {
          selector: 'CallExpression[callee.name="Date"]',
          message: 'Pure rooms take time from a Clock.',
        },
      ],
    },
  },
  {
    files: ['src/cli/**/*.ts', 'bench/**/*.ts', 'examples/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      // Golden files and stand-ins are cast on purpose; a wrong cast fails the test itself.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/require-await': 'off',
      // Tests look for what the types rule out.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/unbound-method': 'off',
      'no-console': 'off',
    },
  },
);

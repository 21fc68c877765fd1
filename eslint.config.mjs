// What needs types to be seen, and nothing else: format and all other rules are biome's.

import tseslint from 'typescript-eslint';

const rules = {
  '@typescript-eslint/no-explicit-any': 'error',
  '@typescript-eslint/no-floating-promises': [
    'error',
    {
      allowForKnownSafeCalls: [
        { from: 'package', package: 'node:test', name: ['describe', 'it', 'suite', 'test'] },
      ],
    },
  ],
  '@typescript-eslint/no-misused-promises': 'error',
};

const typed = project => ({
  languageOptions: {
    parser: tseslint.parser,
    parserOptions: { project, tsconfigRootDir: import.meta.dirname },
  },
  linterOptions: { reportUnusedDisableDirectives: 'error' },
  plugins: { '@typescript-eslint': tseslint.plugin },
});

export default [
  { ignores: ['lib/**', '**/node_modules/**', 'labwire/**', '.cache/**', 'dist/**', 'docs/**'] },
  {
    files: ['src/**/*.ts'],
    ignores: ['**/__tests__/**'],
    ...typed(['src/*/tsconfig.json', 'src/*/*/tsconfig.json', 'src/tsconfig.json']),
    rules,
  },
  {
    files: ['src/**/__tests__/**/*.ts'],
    ...typed(['tsconfig.tests.json']),
    rules,
  },
  {
    // Commands, events and states are unions told apart by a field: a new member must be met.
    // Not where switches go over `typeof` and dtype letters, which nobody adds to.
    files: ['src/**/*.ts'],
    ignores: ['src/values/**', 'src/protocols/pyon/**', '**/__tests__/**'],
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    files: ['ui-tests/tests/**/*.ts'],
    ...typed(['ui-tests/tsconfig.json']),
    rules,
  },
];

import eslint from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

// Where indices are proven by the loop around them and a check per element would cost a frame's time.
const NUMERIC_KERNELS = [
  'models/src/families/**/*.ts',
  'edge/src/inference/**/*.ts',
  'edge/src/tracking/**/*.ts',
  'scripts/twin/src/**/*.ts',
  'bench/**/*.ts',
  'tests/support/tiny-onnx.ts',
];

export default defineConfig(
  globalIgnores(['**/dist/', '**/node_modules/', '**/page/vendor/', 'coverage/', 'artifacts/']),
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/require-await': 'off',
      // What is disposed of at the end of its block is used by that.
      '@typescript-eslint/no-unused-vars': ['error', { ignoreUsingDeclarations: true }],
      '@typescript-eslint/unbound-method': 'off',
      'no-empty': ['error', { allowEmptyCatch: false }],
      eqeqeq: 'error',
    },
  },
  {
    // No tsconfig.json lies above these; the one that checks them is named.
    files: ['tests/**/*.ts', 'scripts/**/*.ts', 'bench/**/*.ts', '*.ts', '**/*.test.ts', '**/testing/**/*.ts'],
    languageOptions: {
      parserOptions: { projectService: false, project: ['./tsconfig.test.json', './tsconfig.browser.json'] },
    },
  },
  { files: NUMERIC_KERNELS, rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
  {
    files: ['**/*.test.ts', '**/testing/**/*.ts', 'tests/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
  {
    files: ['**/*.js'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        document: 'readonly',
        window: 'readonly',
        fetch: 'readonly',
        EventSource: 'readonly',
        setTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        clearTimeout: 'readonly',
        location: 'readonly',
        CSS: 'readonly',
        Image: 'readonly',
        Option: 'readonly',
        AbortController: 'readonly',
        AbortSignal: 'readonly',
        localStorage: 'readonly',
        URLSearchParams: 'readonly',
      },
    },
  },
);

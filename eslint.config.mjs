// ESLint: typescript-eslint's strict, type-checked rules for the code; the plain ones for scripts.
import eslint from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

const NODE_GLOBALS = { console: "readonly", process: "readonly", URL: "readonly", Buffer: "readonly" };

const BROWSER_GLOBALS = {
  self: "readonly", window: "readonly", document: "readonly", location: "readonly", performance: "readonly", Worker: "readonly",
  URL: "readonly", URLSearchParams: "readonly",
};

export default defineConfig(
  globalIgnores(["build/out/", "node_modules/", "dist/", "site/", "gallery/", "public/", ".venv/"]),
  eslint.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      eqeqeq: "error",
    },
  },
  { files: ["bench/pages/*.js"], languageOptions: { globals: BROWSER_GLOBALS } },
  { files: ["**/*.mjs"], languageOptions: { globals: NODE_GLOBALS } },
);

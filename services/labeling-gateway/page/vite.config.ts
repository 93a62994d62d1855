import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

// The gateway serves index.html at / and every other file at /page/, without a build step of its own.
export default defineConfig({
  base: "/page/",
  plugins: [svelte()],
  build: {
    outDir: "../src/shoal_gateway/page",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: false,
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: { entryFileNames: "app.js", assetFileNames: "app[extname]", codeSplitting: false },
    },
  },
  server: { proxy: { "/v1": "http://127.0.0.1:8004" } },
  test: { include: ["src/**/*.test.ts"] },
});

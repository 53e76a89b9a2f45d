import { defineConfig } from "vite";

/* The server answers with a strict Content-Security-Policy: nothing may be inlined into index.html, and nothing is
 * fetched from elsewhere. Pages are chunks of their own, so that the first load stays small. */
export default defineConfig({
	base: "./",
	esbuild: { jsx: "automatic", jsxImportSource: "preact" },
	build: {
		target: "es2021",
		assetsInlineLimit: 0,
		modulePreload: { polyfill: false },
		chunkSizeWarningLimit: 200,
		rollupOptions: {
			output: {
				entryFileNames: "assets/[name]-[hash].js",
				chunkFileNames: "assets/[name]-[hash].js",
				assetFileNames: "assets/[name]-[hash][extname]",
			},
		},
	},
	server: { proxy: { "/api": process.env.HAUSPOST ?? "http://127.0.0.1:8025" } },
});

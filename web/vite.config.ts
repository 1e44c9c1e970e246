import { defineConfig } from 'vite'
import { offline } from './offline.ts'

export default defineConfig({
  appType: 'mpa',
  plugins: [offline()],
  build: {
    outDir: '../api/webroot',
    emptyOutDir: true,
    target: ['chrome90', 'safari15'],
    // Nothing may be written into the page itself: the Content-Security-Policy allows no inline script or style.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: { app: 'app/index.html', door: 'door/index.html', kiosk: 'kiosk/index.html', staff: 'staff/index.html' },
      // A few files that pack well, rather than a small one for whatever two pages have in common.
      output: {
        codeSplitting: {
          groups: [
            // What a door's display needs too, which must not look like the faces.
            { name: 'core', test: /src\/shared\/api\.ts|node_modules\/@?preact/, priority: 3 },
            { name: 'faces', test: /src\/shared\/(attempt|languages|later|look|party|policy|rental|t\.ts|unlock|ui|busy\/Later|app\.css|i18n\/zh)/, priority: 2 },
            { name: 'account', test: /src\/shared\/(account\/(?!passkey\/(Button|ceremony|words|i18n)|device)|live)/, priority: 2 },
            { name: 'stand', test: /src\/kiosk\/(?!inner|camera\/|Map|i18n\/en)/, priority: 1 },
            { name: 'home', test: /src\/app\/(?!more|pass|find|Map|Pick|Weekly|words|i18n)/, priority: 1 },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8000' } },
})

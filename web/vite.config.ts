import { defineConfig } from 'vite'

export default defineConfig({
  appType: 'mpa',
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
            { name: 'faces', test: /src\/shared\/(api|attempt|t\.ts|unlock|ui|app\.css|i18n\/zh)|node_modules/, priority: 2 },
            { name: 'home', test: /src\/app\/(?!more|Map|Pick|Weekly)/, priority: 1 },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8000' } },
})

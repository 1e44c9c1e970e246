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
    rollupOptions: { input: { app: 'app/index.html', door: 'door/index.html', kiosk: 'kiosk/index.html', staff: 'staff/index.html' } },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8000' } },
})

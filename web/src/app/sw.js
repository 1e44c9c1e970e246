/**
 * Lets the member's face open with no network. It keeps the pages' own files and nothing else: no answer of the API,
 * so nothing of anybody's. The build puts their names in the place of FILES, and so makes each release's worker another.
 */
const FILES = []
const KEPT = 'app-VERSION'
const PAGE = '/app/'
const PATIENCE_MS = 3_000

self.addEventListener('install', (event) => {
  // One file that is missing, and this worker is not installed: half a page helps nobody.
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: 'no-cache' })))))
})

self.addEventListener('activate', (event) => {
  const isOld = (name) => name.startsWith('app-') && name !== KEPT
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(isOld).map((name) => caches.delete(name)))))
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== location.origin) return
  if (request.mode === 'navigate') event.respondWith(newest(request))
  else if (FILES.includes(pathname)) event.respondWith(caches.match(pathname).then((kept) => kept ?? fetch(request)))
})

/** The page as the house has it now; the one that is kept, when the house does not answer. */
async function newest(request) {
  const kept = caches.match(PAGE)
  const asked = fetch(request)
  asked.catch(() => undefined)
  const patience = new Promise((_, give) => setTimeout(give, PATIENCE_MS, new Error('too slow')))
  return Promise.race([asked, patience]).catch(async () => (await kept) ?? asked)
}

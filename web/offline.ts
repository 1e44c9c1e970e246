/** Writes the member face's service worker: what it keeps is what that face can come to need, and its version is their names. */
import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import type { Plugin, Rollup } from 'vite'

const WORKER = new URL('src/app/sw.js', import.meta.url)
const PUBLIC = new URL('public/app/', import.meta.url)

export function offline(): Plugin {
  return {
    name: 'offline',
    apply: 'build',
    enforce: 'post',
    generateBundle(_, bundle) {
      const kept = new Set<string>()
      const page = String((bundle['app/index.html'] as Rollup.OutputAsset).source)
      for (const [, name] of page.matchAll(/"\/(assets\/[^"]+)"/g)) gather(String(name), bundle, kept)
      const files = ['/app/', ...readdirSync(PUBLIC).map((file) => `/app/${file}`), ...[...kept].sort().map((file) => `/${file}`)]
      const version = createHash('sha256').update(page).update(files.join('\n')).digest('hex').slice(0, 16)
      const source = readFileSync(WORKER, 'utf8')
        .replace('const FILES = []', `const FILES = ${JSON.stringify(files)}`)
        .replace('VERSION', version)
      this.emitFile({ type: 'asset', fileName: 'app/sw.js', source })
    },
  }
}

/** A file of script, its styles, and all that it can come to load. */
function gather(name: string, bundle: Rollup.OutputBundle, kept: Set<string>): void {
  if (kept.has(name)) return
  kept.add(name)
  const chunk = bundle[name]
  if (chunk?.type !== 'chunk') return
  for (const style of chunk.viteMetadata?.importedCss ?? []) kept.add(style)
  for (const asset of chunk.viteMetadata?.importedAssets ?? []) kept.add(asset)
  for (const next of [...chunk.imports, ...chunk.dynamicImports]) gather(next, bundle, kept)
}

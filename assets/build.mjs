// Compiles the style sheet and the script into dist/ and prints their sizes.
// A size above its budget fails the build: pages have to open on a slow phone.
import { mkdirSync, readFileSync, writeFileSync, copyFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import * as sass from 'sass'
import { build, transform } from 'esbuild'

const BUDGET = { 'app.css': 14_000, 'app.js': 8_000 } // bytes, gzipped

mkdirSync('dist', { recursive: true })

const css = sass.compile('css/app.scss', {
  loadPaths: ['node_modules/govuk-frontend/dist'],
  quietDeps: true
}).css
if (/GDS Transport|@font-face|data:|crown/i.test(css)) {
  throw new Error('app.css holds a font, a data: address or a mark that is not ours')
}
// Nesting is written out and colours keep their form for browsers of some years ago.
const small = await transform(css, { loader: 'css', minify: true, target: ['chrome109', 'firefox115', 'safari15.6'] })
writeFileSync('dist/app.css', small.code)

await build({
  entryPoints: ['js/app.js'],
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2020',
  legalComments: 'none',
  outfile: 'dist/app.js',
  logLevel: 'warning'
})

copyFileSync('img/favicon.svg', 'dist/favicon.svg')

for (const [file, budget] of Object.entries(BUDGET)) {
  const bytes = readFileSync(`dist/${file}`)
  const gz = gzipSync(bytes, { level: 9 }).length
  console.log(`${file}: ${bytes.length} bytes, ${gz} gzipped (budget ${budget})`)
  if (gz > budget) process.exitCode = 1
}

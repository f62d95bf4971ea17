// What kind of text a file holds, by its name: how much of a hint a name before a value is there.

/**
 * config: a name before a value means it. code: only literals do. lock: hashes, where no name means
 * anything. minified: names mean nothing. example: documentation, tests, installed packages; what
 * is a credential there says so by its own form.
 */
export type Nature = 'config' | 'code' | 'lock' | 'minified' | 'example'

const lock =
  /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|Cargo\.lock|poetry\.lock|uv\.lock|pdm\.lock|Pipfile\.lock|composer\.lock|Gemfile\.lock|go\.sum|flake\.lock|mix\.lock|pubspec\.lock|Podfile\.lock|packages\.lock\.json|gradle\.lockfile|deno\.lock|\.terraform\.lock\.hcl)$/
const example =
  /(?:^|\/)(?:tests?|__tests__|__mocks__|__fixtures__|specs?|fixtures?|testdata|test-data|e2e|docs?|examples?|samples?|node_modules|vendor|site-packages|dist-packages|third_party|bower_components|\.venv|venv|\.cargo\/registry|\.yarn\/(?:cache|unplugged))\/|\.(?:md|mdx|rst|adoc|example|sample|template|tmpl|dist|tpl|test\.\w+|spec\.\w+|snap|po)$|\.env\.(?:example|sample|template|dist|test)(?:\.\w+)?$|(?:_test|_spec)\.\w+$/i
const code =
  /\.(?:[cm]?[jt]sx?|py|rb|go|rs|java|kt|kts|scala|cs|fs|php|swift|c|h|cc|cpp|hpp|m|mm|dart|lua|pl|pm|ex|exs|erl|clj|cljs|hs|ml|vue|svelte|astro|sol|zig|nim|r|jl|groovy|sql|html?|css|scss|less|ipynb)$/i
/** databases of tools, in which names stand before values */
const keepsSecrets = /(?:^|\/)(?:credentials|access_tokens)\.db$/
const minified = /\.min\.(?:js|css)$|\.map$|\.(?:bundle|chunk)\.js$/i

export function natureOf(path: string, text: string): Nature {
  if (lock.test(path)) return 'lock'
  // Of what is no text, only what its own form gives away.
  if (text.slice(0, 8192).includes('\0') && !keepsSecrets.test(path)) return 'lock'
  if (example.test(path)) return 'example'
  if (minified.test(path)) return 'minified'
  if (!code.test(path)) return 'config'
  // Nobody writes lines of thousands of characters.
  return text.length > 5000 && longestLine(text.slice(0, 65_536)) > 5000 ? 'minified' : 'code'
}

function longestLine(text: string): number {
  let longest = 0
  let from = 0
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', from)) {
    longest = Math.max(longest, at - from)
    from = at + 1
  }
  return Math.max(longest, text.length - from)
}

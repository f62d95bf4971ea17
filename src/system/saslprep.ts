// SASLprep (RFC 4013) as PostgreSQL does it: a password that is all ASCII stays as it is, and so
// does one that cannot be prepared. One known difference: characters of the basic plane that came
// after Unicode 3.2 are taken as assigned here.
// https://www.rfc-editor.org/rfc/rfc4013
// https://www.rfc-editor.org/rfc/rfc3454

const ascii = /^[\x00-\x7f]*$/
/** C.1.2: mapped to a space */
const spaces = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/g
/** B.1: mapped to nothing */
const nothings = /[\u00ad\u034f\u1806\u180b-\u180d\u200c\u200d\u2060\ufe00-\ufe0f\ufeff]/gu
/** C.2 to C.9, surrogates among them */
const prohibited = new RegExp(
  '[\\u0000-\\u001f\\u007f-\\u009f\\u06dd\\u070f\\u180e\\u2028\\u2029\\u2061-\\u2063' +
    '\\u206a-\\u206f\\ufff9-\\ufffd\\u{1d173}-\\u{1d17a}\\p{Co}\\p{Cs}' +
    '\\p{Noncharacter_Code_Point}\\u2ff0-\\u2ffb\\u0340\\u0341\\u200e\\u200f\\u202a-\\u202e' +
    '\\u{e0001}\\u{e0020}-\\u{e007f}]',
  'u',
)
/** A.1, as far as it is kept here: unassigned today, or above the basic plane and not in 3.2 */
const unassigned = new RegExp(
  '\\p{Cn}|(?![\\u{10300}-\\u{1034a}\\u{10400}-\\u{1044d}\\u{1d000}-\\u{1d7ff}' +
    '\\u{20000}-\\u{2a6d6}\\u{2f800}-\\u{2fa1d}])[\\u{10000}-\\u{10ffff}]',
  'u',
)
/** D.1: written from right to left */
const rightToLeft =
  /[\u05be\u05c0\u05c3\u05d0-\u05f4\u061b\u061f\u0621-\u064a\u066d-\u066f\u0671-\u06d5\u06dd\u06e5\u06e6\u06fa-\u0710\u0712-\u072c\u0780-\u07a5\u07b1\u200f\ufb1d\ufb1f-\ufdfc\ufe70-\ufefc]/u
const leftToRightLetter = /\p{L}/u

export function saslPrepare(password: string): string {
  if (ascii.test(password)) return password
  const prepared = password.replace(spaces, ' ').replace(nothings, '').normalize('NFKC')
  if (prepared === '' || prohibited.test(prepared) || unassigned.test(prepared)) return password
  return mixesDirections(prepared) ? password : prepared
}

/** RFC 3454, 6: with one such character, all letters are such, and the first and the last. */
function mixesDirections(text: string): boolean {
  const characters = Array.from(text)
  if (!characters.some((one) => rightToLeft.test(one))) return false
  const [first = ''] = characters
  const last = characters.at(-1) ?? ''
  if (!rightToLeft.test(first) || !rightToLeft.test(last)) return true
  return characters.some((one) => !rightToLeft.test(one) && leftToRightLetter.test(one))
}

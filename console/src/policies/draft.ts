import type { Draft, PoliciesView } from '../../../src/api/console/policies/shapes.ts'

/** Every file that a draft may stand in for, those in force first. */
export function draftable(view: PoliciesView): readonly Readonly<{ name: string; text: string }>[] {
  return [...view.files, ...view.optional]
}

export const ownExample = `@id("no-friday-domains")
@says("domains of production are not changed without a second pair of eyes")
@verdict("hold")
@release("other-person")
forbid (principal, action in Action::"mutating", resource in Environment::"shop/production")
when { resource.kind == "customDomain" };
`

/** A draft that says what the file says already is none. */
export function isChange(view: PoliciesView, draft: Draft | null): draft is Draft {
  if (draft === null) return false
  const known = view.files.find(({ name }) => name === draft.file)
  return known?.text !== draft.text
}

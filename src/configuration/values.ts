import { z } from 'zod'

import { namePattern } from '../domain/names.ts'

export const name = z
  .string()
  .regex(namePattern, '{value} is not a name: use lower-case letters, digits and `-`, at most 63')

/** Never shown back: a person may have pasted the secret itself. */
export const secretName = z
  .string()
  .regex(
    namePattern,
    'not the name of a secret (letters, digits, `-`); keep its value with `holdpoint secret put`',
  )

export const path = z
  .string()
  .min(1)
  .max(1024)
  .refine((text) => !text.includes('\0'), 'a path holds a NUL')

/** One whole name, never a pattern. */
export const environmentName = z
  .string()
  .max(200)
  .regex(
    /^[^*/\s]+(\/[^*/\s]+)*$/,
    '{value} is not an environment: write one whole name, as in `shop/production`',
  )
  .refine(
    (text) => !text.split('/').includes('unknown'),
    '{value} cannot be: an unknown environment is what Holdpoint calls one it does not know',
  )

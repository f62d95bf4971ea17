// Shapes that bodies of several paths have in common.
import { z } from 'zod'

/** 32 bytes in base64url, as every challenge of ours has */
export const nonce = z.string().regex(/^[A-Za-z0-9_-]{43}$/)
export const code = z.string().max(100)
export const nothing = z.strictObject({})
/** what a browser's passkey gave back, for whoever asked it */
export const answerBody = z.strictObject({ nonce, response: z.unknown() })

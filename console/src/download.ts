import { headers, read } from './api.ts'

/** Fetches a file as whoever is signed in, and hands it to the browser to keep. */
export async function download(path: string, body?: object): Promise<void> {
  const asked =
    body === undefined
      ? { headers: headers() }
      : {
          method: 'POST',
          headers: { ...headers(), 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }
  const response = await fetch(path, asked)
  if (!response.ok) await read(response)
  const [, fileName = 'holdpoint'] =
    /filename="([\w.-]+)"/.exec(response.headers.get('content-disposition') ?? '') ?? []
  const address = URL.createObjectURL(await response.blob())
  const link = document.createElement('a')
  link.href = address
  link.download = fileName
  link.click()
  URL.revokeObjectURL(address)
}

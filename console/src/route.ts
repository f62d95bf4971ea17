import { useEffect, useState } from 'react'

export type Route =
  | Readonly<{ page: 'holds' }>
  | Readonly<{ page: 'hold'; id: string }>
  | Readonly<{ page: 'enrol'; code: string }>
  | Readonly<{ page: 'people' }>
  | Readonly<{ page: 'purges' }>

export function parseRoute(path: string, fragment: string): Route {
  const hold = /^\/holds\/(hold_[a-z0-9]+)$/.exec(path)?.[1]
  if (hold !== undefined) return { page: 'hold', id: hold }
  if (path === '/enrol') return { page: 'enrol', code: fragment.replace(/^#/, '') }
  if (path === '/purges') return { page: 'purges' }
  return path === '/people' ? { page: 'people' } : { page: 'holds' }
}

const moved = 'holdpoint:moved'

export function go(path: string): void {
  history.pushState(null, '', path)
  window.dispatchEvent(new Event(moved))
  window.scrollTo(0, 0)
}

export function useRoute(): Route {
  const [route, setRoute] = useState(present)
  useEffect(() => {
    const update = (): void => {
      setRoute(present())
    }
    window.addEventListener('popstate', update)
    window.addEventListener(moved, update)
    return () => {
      window.removeEventListener('popstate', update)
      window.removeEventListener(moved, update)
    }
  }, [])
  return route
}

function present(): Route {
  return parseRoute(location.pathname, location.hash)
}

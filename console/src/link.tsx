import type { MouseEvent, ReactNode } from 'react'

import { go } from './route.ts'

export function Link(props: { to: string; className?: string; children: ReactNode }): ReactNode {
  const follow = (event: MouseEvent): void => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return
    event.preventDefault()
    go(props.to)
  }
  return (
    <a href={props.to} className={props.className} onClick={follow}>
      {props.children}
    </a>
  )
}

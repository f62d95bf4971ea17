import { severity } from '../domain/effect.ts'
import type { Impact } from '../domain/impact.ts'
import type { Budget } from '../domain/mandate.ts'
import { showResource } from '../domain/resource.ts'
import { createWindow } from './window.ts'

/** What a request takes from a budget. */
export interface Cost {
  /** 1 when its worst effect is a write or graver */
  readonly writes: number
  /** effects that destroy */
  readonly destroys: number
  /** `provider:type/id` of everything that it names */
  readonly resources: readonly string[]
}

/** What a mandate and all below it have spent so far. */
export interface Spent {
  readonly requests: number
  /** requests with a write or graver that were let through */
  readonly writes: number
  /** effects that destroy, of requests that were let through */
  readonly destroys: number
  /** refusals and holds */
  readonly denials: number
  readonly resources: readonly string[]
}

/** The budget of one mandate and what is left of it. */
export interface Account {
  /** One clause that names the limit which this cost would pass; null when there is room. */
  passes(cost: Cost, now: number): string | null
  take(cost: Cost, now: number): void
  /** The request was not let through: what it would have written and destroyed is there again. */
  giveBack(cost: Cost): void
  /** A request before a restart: the totals know of it, the minutes do not. */
  recall(cost: Cost, at: number, allowed: boolean): void
  /** One more refusal or hold; the limit that it passes, or null. */
  deny(): string | null
}

const minute = 60_000

export function costOf(impacts: readonly Impact[]): Cost {
  const effects = impacts.flatMap(({ hits }) => hits.map(({ effect }) => effect))
  const resources = effects.map((effect) =>
    effect.kind === 'unknown' ? null : showResource(effect.resource),
  )
  return {
    writes: effects.some(({ kind }) => severity(kind) >= severity('write')) ? 1 : 0,
    destroys: effects.filter(({ kind }) => kind === 'destroy').length,
    resources: resources.filter((resource) => resource !== null),
  }
}

export function createAccount(budget: Budget, spent: Spent): Account {
  let { requests, writes, destroys, denials } = spent
  // Only remembered when they are limited, and then never more than the limit allows.
  const resources = new Set(budget.resources === null ? [] : spent.resources)
  const requestWindow = createWindow(budget.requestsPerMinute ?? 0, minute)
  const writeWindow = createWindow(budget.writesPerMinute ?? 0, minute)

  function added(cost: Cost): number {
    return new Set(cost.resources.filter((resource) => !resources.has(resource))).size
  }

  function passes(cost: Cost, now: number): string | null {
    if (budget.requestsPerMinute !== null && requestWindow.full(now)) {
      return `more than ${count(budget.requestsPerMinute, 'request')} in a minute`
    }
    if (budget.writesPerMinute !== null && cost.writes > 0 && writeWindow.full(now)) {
      return `more than ${count(budget.writesPerMinute, 'write')} in a minute`
    }
    return (
      over(budget.requests, requests, 1, 'request') ??
      over(budget.writes, writes, cost.writes, 'write') ??
      over(budget.destroys, destroys, cost.destroys, 'destruction') ??
      (budget.resources === null
        ? null
        : over(budget.resources, resources.size, added(cost), 'different resource'))
    )
  }

  function take(cost: Cost, now: number): void {
    requests += 1
    writes += cost.writes
    destroys += cost.destroys
    recall(cost, now, true)
    if (budget.resources !== null) for (const resource of cost.resources) resources.add(resource)
  }

  function recall(cost: Cost, at: number, allowed: boolean): void {
    if (budget.requestsPerMinute !== null) requestWindow.add(at)
    if (budget.writesPerMinute !== null && allowed && cost.writes > 0) writeWindow.add(at)
  }

  function giveBack(cost: Cost): void {
    writes = Math.max(0, writes - cost.writes)
    destroys = Math.max(0, destroys - cost.destroys)
    if (cost.writes > 0) writeWindow.undo()
  }

  function deny(): string | null {
    denials += 1
    if (budget.denials === null || denials <= budget.denials) return null
    return `more than ${count(budget.denials, 'refusal or hold', 'refusals and holds')} in all`
  }

  return { passes, take, giveBack, recall, deny }
}

/** What takes nothing passes no limit, even one that is reached. */
function over(limit: number | null, spent: number, more: number, one: string): string | null {
  if (limit === null || more === 0 || spent + more <= limit) return null
  return `more than ${count(limit, one)} in all`
}

function count(limit: number, one: string, many = `${one}s`): string {
  return `${limit} ${limit === 1 ? one : many}`
}

// What PostgreSQL means by SQL: for main, and for `inspect`.
export { assumedCatalogue } from './catalogue.ts'
export type { Catalogue } from './catalogue.ts'
export { catalogueOf, catalogueQuery } from './catalogue-query.ts'
export { readSql } from './read.ts'
export type { SqlPlace, SqlReader } from './read.ts'

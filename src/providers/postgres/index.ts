// What PostgreSQL means by SQL: for main, and for `inspect`.
export { assumedCatalogue } from './catalogue.ts'
export type { Catalogue } from './catalogue.ts'
export { catalogueOf, catalogueQuery } from './catalogue-query.ts'
export { readSql, readSqlShaped } from './read.ts'
export type { SqlPlace, SqlRead, SqlReader } from './read.ts'

// Sequelize, as it is often started: `sync({ force: true })` drops what it knows, and makes it anew.
import { DataTypes, Sequelize } from 'sequelize'

import { main, say, url } from './told.ts'

const sequelize = new Sequelize(url, { dialect: 'postgres', logging: false })
const options = { timestamps: false, underscored: true }

const Customer = sequelize.define(
  'customer',
  { name: DataTypes.TEXT, email: { type: DataTypes.TEXT, unique: true }, profile: DataTypes.JSONB },
  { ...options, tableName: 'customers' },
)
const Order = sequelize.define(
  'order',
  {
    status: DataTypes.ENUM('open', 'paid', 'sent'),
    total: DataTypes.DECIMAL(12, 2),
    placedAt: DataTypes.DATE,
  },
  { ...options, tableName: 'orders' },
)
Customer.hasMany(Order, { foreignKey: 'customer_id', onDelete: 'CASCADE' })
Order.belongsTo(Customer, { foreignKey: 'customer_id' })

await main(async () => {
  await sequelize.authenticate()
  const found = await Customer.findAll({ where: { id: [1, 2] }, include: [Order], order: ['id'] })
  say({ found: found.length })
  await sequelize.transaction(async (transaction) => {
    await Customer.update({ name: 'renamed' }, { where: { id: 1 }, transaction })
  })
  say('updated')
  await sequelize.sync({ force: true })
  say('synchronised')
  const made = await Customer.create({ name: 'first', email: 'first@example.com', profile: {} })
  say({ made: made.get('id') })
})
await sequelize.close()

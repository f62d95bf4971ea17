// stripe/agent-toolkit: money that has moved is not brought back by another call.
import { destroys, each, reads, writes } from './row.ts'
import type { ToolTable } from './row.ts'

export const stripe: ToolTable = {
  ...each('get_stripe_account_info retrieve_balance list_customers list_products', reads()),
  ...each('list_prices list_invoices list_payment_intents list_subscriptions', reads()),
  ...each('list_coupons list_disputes search_stripe_resources', reads()),
  ...each('fetch_stripe_resources search_stripe_documentation', reads()),
  ...each('create_customer create_product create_price create_coupon', writes()),
  ...each('create_invoice create_invoice_item create_payment_link', writes()),
  ...each('update_subscription update_dispute finalize_invoice', writes({ undo: 'never' })),
  ...each('create_refund cancel_subscription', destroys()),
}

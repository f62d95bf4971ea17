// Shows what this gate has sent to this browser, as text, and opens the console on a click. It asks
// the gate for nothing, keeps nothing and decides nothing.
const pages = /^\/(?:holds\/hold_[a-z0-9]{16}|agents|notifications)$/

self.addEventListener('push', (event) => {
  const { title, body, tag, path } = read(event.data)
  const shown = { body, tag, icon: '/mark.svg', requireInteraction: true, data: path }
  event.waitUntil(self.registration.showNotification(title, shown))
})

self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  const path = event.notification.data
  const page = typeof path === 'string' && pages.test(path) ? path : '/'
  event.waitUntil(self.clients.openWindow(self.location.origin + page))
})

/** Something is always shown: browsers take the permission back from those who stay silent. */
function read(data) {
  const plain = { title: 'Holdpoint', body: 'Open the console.', tag: 'holdpoint', path: '/' }
  try {
    const { title, body, tag, path } = data.json()
    const all = [title, body, tag, path].every((text) => typeof text === 'string')
    return all ? { title, body, tag, path } : plain
  } catch {
    return plain
  }
}

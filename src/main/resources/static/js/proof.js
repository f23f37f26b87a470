// Has the reader's browser work for a second or two before it sends a form in which anybody could type an address.
// Forms go without it too, under tighter limits: so whatever fails here, fails quietly.
const PATIENCE = 10_000

for (const field of document.querySelectorAll('input[data-proof]')) {
  const form = field.form
  const status = form.querySelector('.wait')
  let widget
  let work
  let ended = false // with a solution or without
  let waiting = false

  /** Loads ALTCHA's widget and lets it solve a challenge. It stands hidden outside the form, so it asks for no click. */
  async function solve() {
    try {
      await import(field.dataset.widget)
      widget = document.createElement('altcha-widget')
      widget.hidden = true
      widget.setAttribute('challengeurl', field.dataset.challenge)
      widget.setAttribute('workerurl', field.dataset.worker)
      widget.setAttribute('auto', 'onload')
      await new Promise(resolve => {
        widget.addEventListener('statechange', ({ detail }) => {
          field.value = detail.payload || '' // more than once, if the form is left open until the challenge expires
          if (['verified', 'error', 'expired'].includes(detail.state)) resolve()
        })
        document.body.append(widget)
      })
    } catch {
      // an old browser, or a file that did not arrive
    }
    ended = true
  }

  function begin() {
    work ||= solve()
    return work
  }

  function post(button) {
    if (form.requestSubmit) form.requestSubmit(button)
    else form.submit()
  }

  form.addEventListener('focusin', event => {
    if (event.target.type === 'email') begin()
  })
  if (document.activeElement?.type === 'email' && document.activeElement.form === form) begin()

  form.addEventListener('submit', async event => {
    if (ended) return
    event.preventDefault()
    if (waiting) return // pressed again
    waiting = true
    status.textContent = field.dataset.wait
    await Promise.race([begin(), new Promise(resolve => setTimeout(resolve, PATIENCE))])
    status.textContent = ''
    waiting = false
    ended = true
    post(event.submitter)
  })

  addEventListener('pageshow', event => {
    if (!event.persisted) return
    widget?.remove() // came back: a solution opens a form once
    field.value = ''
    work = undefined
    ended = waiting = false
  })
}

// The support page works without this. It says at once what is picked, and gives the form a nonce, so that a double
// click is known for one.
const form = document.getElementById('give')

if (form) {
  const field = form.elements.amount
  const sentence = form.querySelector('.sentence')
  const button = form.querySelector('button')
  const decimals = Number(form.dataset.decimals)

  /** The shown amount, or '' if what is typed can't be read: then the server says why. */
  function shown(frequency) {
    const preset = form.querySelector(`[name=preset-${frequency}]:checked`)
    return preset && preset.value !== 'other' ? preset.dataset.shown : formatted(field.value)
  }

  function formatted(typed) {
    const digits = typed.trim().replace(/\p{Nd}/gu, digit => {
      let zero = digit.codePointAt(0)
      while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1)) && digit.codePointAt(0) - zero < 9) zero--
      return digit.codePointAt(0) - zero
    })
    const number = /^(\d{1,9})(?:[.,\u066b\u060c\uff0e\uff0c](\d+))?$/.exec(digits)
    if (!number || (number[2] || '').length > decimals) return ''
    const value = Number(number[1] + '.' + (number[2] || '0'))
    const fraction = Number.isInteger(value) ? 0 : decimals
    return new Intl.NumberFormat(document.documentElement.lang, {
      style: 'currency',
      currency: form.dataset.currency,
      minimumFractionDigits: fraction,
      maximumFractionDigits: fraction,
    }).format(value)
  }

  function show() {
    const frequency = form.elements.frequency.value
    const amount = shown(frequency)
    const name = frequency[0].toUpperCase() + frequency.slice(1)
    sentence.textContent = amount && form.dataset['sentence' + name].replace('{0}', amount)
    button.textContent = amount ? form.dataset['continue' + name].replace('{0}', amount) : form.dataset.continue
  }

  /** Links to other languages and currencies keep what is picked; an amount has no meaning in another currency. */
  function carry() {
    const frequency = form.elements.frequency.value
    const preset = form.querySelector(`[name=preset-${frequency}]:checked`).value
    document.querySelectorAll('.languages a, .currencies a').forEach(link => {
      const address = new URL(link.href)
      address.searchParams.set('frequency', frequency)
      address.searchParams.delete('amount')
      if (link.hreflang) {
        address.searchParams.set('currency', form.dataset.currency)
        address.searchParams.set('amount', preset === 'other' ? field.value : preset)
      }
      link.href = address
    })
  }

  function nonce() {
    if (crypto.randomUUID) return crypto.randomUUID()
    const bytes = crypto.getRandomValues(new Uint8Array(16)) // no secure context: an onion, a mirror
    bytes[6] = (bytes[6] & 15) | 64
    bytes[8] = (bytes[8] & 63) | 128
    const hex = Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  }

  form.addEventListener('input', event => {
    if (event.target === field) {
      form.querySelector('#other-' + form.elements.frequency.value).checked = true
    }
    show()
    carry()
  })
  form.addEventListener('click', event => {
    // by mouse or finger only: who goes through the radio buttons with arrow keys is not carried off
    if (event.target.value === 'other' && event.detail > 0) field.focus()
  })

  form.elements.nonce.value = nonce()
  show()
  addEventListener('pageshow', event => {
    if (event.persisted) form.elements.nonce.value = nonce() // came back: another gift, not a second click
    show()
  })
}

// The form works without this. It adds the reader's time zone, and takes along what is picked in the support box.
document.querySelectorAll('form[data-reminder]').forEach(form => {
  form.elements.zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone || ''

  const box = document.getElementById('give')
  const later = form.elements
  if (!box) return
  form.addEventListener('submit', () => {
    const frequency = box.elements.frequency.value
    const preset = box.querySelector(`[name=preset-${frequency}]:checked`).value
    later.frequency.value = frequency
    later.amount.value = preset === 'other' ? box.elements.amount.value : preset
    later.currency.value = box.elements.currency.value
  })
})

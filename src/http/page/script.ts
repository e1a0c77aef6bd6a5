/** Brings the copy buttons to life; without it they stay hidden and the page is complete. Where a browser refuses the
 * clipboard (plain HTTP on another machine), the text is selected instead. */
export const SCRIPT = `
const said = document.querySelector('[role=status]')
for (const button of document.querySelectorAll('button.copy')) {
  const label = button.textContent
  button.hidden = false
  button.addEventListener('click', async () => {
    const source = button.previousElementSibling
    let outcome = 'Copied'
    try {
      await navigator.clipboard.writeText(source.textContent)
    } catch {
      getSelection().selectAllChildren(source)
      outcome = 'Selected'
    }
    button.textContent = outcome
    said.textContent = outcome === 'Copied' ? 'Copied.' : 'Selected: press Control C to copy.'
    setTimeout(() => { button.textContent = label; said.textContent = '' }, 2000)
  })
}
`

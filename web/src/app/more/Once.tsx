import { useId, useRef } from 'preact/hooks'
import { toast } from '../../shared/ui/toast'
import { say } from './words'

interface Props {
  label: string
  value: string
  copy: string
  copied: string
}

/** What is shown this once, to be copied. */
export function Once({ label, value, copy, copied }: Props) {
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  const take = async () => {
    field.current?.select()
    // Browsers keep the clipboard from pages that did not come by TLS, and let them copy what is selected.
    const isCopied = await (navigator.clipboard?.writeText(value).then(() => true) ?? document.execCommand('copy'))
    toast(isCopied ? copied : say('once.selected'))
  }
  return (
    <>
      <div class="field">
        <label for={id}>{label}</label>
        <div class="field-box">
          <input id={id} ref={field} type="text" readOnly value={value} onFocus={selectAll} />
        </div>
      </div>
      <button type="button" class="primary" onClick={() => void take()}>
        {copy}
      </button>
    </>
  )
}

function selectAll({ currentTarget }: { currentTarget: HTMLInputElement }): void {
  currentTarget.select()
}
